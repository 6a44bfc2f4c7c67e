package io.taskstream.access;

import jakarta.json.Json;
import jakarta.json.JsonException;
import jakarta.json.JsonObject;
import jakarta.json.JsonReader;
import jakarta.json.JsonValue;
import java.io.StringReader;
import java.security.MessageDigest;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Tokens that stand in a file, for installations without a token server. Only their digests are kept, and a token is
 * compared with all of them in a time that does not depend on what is in it.
 */
public final class StaticTokens implements TokenVerifier, Revocations.TokenFile {

    /** What a header and a cookie take unchanged, and is long enough not to be guessed. */
    private static final Pattern FORM = Pattern.compile("[A-Za-z0-9._~+/-]{16,3000}");

    private static final Pattern DIGEST = Pattern.compile("[0-9A-Fa-f]{64}");

    private final Supplier<List<Entry>> entries;
    private final InstantSource time;

    /**
     * @param entries what {@link #parse} made of the file
     */
    public StaticTokens(Supplier<List<Entry>> entries, InstantSource time) {
        this.entries = entries;
        this.time = time;
    }

    /** A token's digest and what it grants. */
    public static final class Entry {

        private final byte[] digest;
        private final Grant grant;

        /**
         * @param grant what the file says, without a name for this
         */
        private Entry(byte[] digest, Grant grant) {
            this.digest = digest;
            // Whatever is changed in it makes another entry of it, so that nobody goes on with rights they no longer
            // have. The first half names the token whatever the entry grants.
            String token = Digests.name(HexFormat.of().formatHex(digest));
            String name = token + '.' + Digests.name(token + grant);
            this.grant = new Grant(grant.subject(), grant.session(), name, grant.permissions(), grant.expires());
        }
    }

    @Override
    public boolean has(String entry) {
        return entries.get().stream().anyMatch(each -> each.grant.entry().equals(entry));
    }

    @Override
    public Set<String> tokensOf(String session) {
        return entries.get().stream()
                .map(each -> each.grant)
                .filter(grant -> grant.session().equals(session))
                .map(grant -> tokenOf(grant.entry()))
                .collect(Collectors.toSet());
    }

    /** The name of the token in the name of an entry. */
    static String tokenOf(String entry) {
        int dot = entry.indexOf('.');
        return dot < 0 ? entry : entry.substring(0, dot);
    }

    /**
     * Reads {@code {"tokens":[{"subject":…,"token":…|"sha256":…,"publish":[…],"watch":[…],"admin":…,"expires":…}]}}; what
     * may be missing is explained in the README.
     *
     * @throws IllegalArgumentException if the text is anything else; the message holds no token
     */
    public static List<Entry> parse(String text) {
        List<Entry> entries = new ArrayList<>();
        try (JsonReader reader = Json.createReader(new StringReader(text))) {
            for (JsonValue value : reader.readObject().getJsonArray("tokens")) {
                entries.add(entry(value.asJsonObject(), entries.size() + 1));
            }
        } catch (JsonException | ClassCastException | NullPointerException e) {
            throw new IllegalArgumentException("The file must hold a JSON object with a list 'tokens' of objects");
        }
        return List.copyOf(entries);
    }

    private static Entry entry(JsonObject json, int number) {
        try {
            String subject = json.getString("subject");
            if (subject.isEmpty()) {
                throw new RefusedException("The subject is empty");
            }
            var grant = new Grant(
                    subject,
                    json.getString("session", subject),
                    Permissions.of(json),
                    expires(json.getString("expires", "")));
            return new Entry(digest(json), grant);
        } catch (RefusedException | DateTimeException | ClassCastException | NullPointerException e) {
            throw new IllegalArgumentException("Token " + number + " of the file is wrong: "
                    + (e instanceof RefusedException refused ? refused.reason() : "a member is missing or wrong"));
        }
    }

    private static Instant expires(String text) {
        return text.isEmpty() ? Instant.MAX : Instant.parse(text);
    }

    private static byte[] digest(JsonObject json) {
        if (json.containsKey("sha256")) {
            String digest = json.getString("sha256");
            if (!DIGEST.matcher(digest).matches()) {
                throw new RefusedException("The member 'sha256' is no such digest in hexadecimal");
            }
            return HexFormat.of().parseHex(digest);
        }
        String token = json.getString("token");
        if (!FORM.matcher(token).matches()) {
            throw new RefusedException("A token is 16 to 3000 of the characters A-Z a-z 0-9 . _ ~ + / -");
        }
        return Digests.sha256(token);
    }

    @Override
    public Grant verify(String token) {
        byte[] presented = Digests.sha256(token);
        Grant found = null;
        for (Entry entry : entries.get()) {
            // No early end: the time must not tell which one it was.
            if (MessageDigest.isEqual(entry.digest, presented)) {
                found = entry.grant;
            }
        }
        if (found == null) {
            throw new RefusedException("No such token");
        }
        if (!time.instant().isBefore(found.expires())) {
            throw new RefusedException("The token has expired");
        }
        return found;
    }
}
