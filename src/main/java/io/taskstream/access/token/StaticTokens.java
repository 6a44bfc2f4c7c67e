package io.taskstream.access.token;

import io.taskstream.access.Digests;
import io.taskstream.access.Grant;
import io.taskstream.access.Permissions;
import io.taskstream.access.RefusedException;
import io.taskstream.access.Sessions;
import io.taskstream.access.TokenVerifier;
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
 * Tokens from a file, for installations without a token server. Only their digests are kept. Comparing a token with them
 * takes a time that does not depend on the token. Thread-safe.
 */
public final class StaticTokens implements TokenVerifier, Sessions.TokenFile {

    /** Characters that a header and a cookie take unchanged, and a length that can't be guessed. */
    private static final Pattern FORM = Pattern.compile("[A-Za-z0-9._~+/-]{16,3000}");

    private static final Pattern DIGEST = Pattern.compile("[0-9A-Fa-f]{64}");

    private final Supplier<List<Entry>> entries;
    private final InstantSource time;

    /**
     * @param entries the result of {@link #parse}, as the file is now
     */
    public StaticTokens(Supplier<List<Entry>> entries, InstantSource time) {
        this.entries = entries;
        this.time = time;
    }

    /** The digest of a token, and its grant. */
    public static final class Entry {

        private final byte[] digest;
        private final Grant grant;

        /**
         * @param grant as in the file, still without the name of this entry
         */
        private Entry(byte[] digest, Grant grant) {
            this.digest = digest;
            // Any change makes it another entry, so that streams with former permissions end. The first half names the
            // token, whatever it grants.
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
                .map(Grant::tokenName)
                .collect(Collectors.toSet());
    }

    /**
     * Reads {@code {"tokens":[{"subject":…,"token":…|"sha256":…,"publish":[…],"watch":[…],"admin":…,"expires":…}]}}. The
     * documentation tells which members are optional.
     *
     * @throws IllegalArgumentException if the text has another form; the message contains no token
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
            // No early exit, so that the time does not tell which entry it was.
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
