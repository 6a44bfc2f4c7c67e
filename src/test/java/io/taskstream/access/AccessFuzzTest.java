package io.taskstream.access;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.Payload;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.jwk.OctetSequenceKey;
import io.taskstream.access.token.JwtVerifier;
import io.taskstream.access.token.StaticTokens;
import io.taskstream.task.TaskId;
import io.taskstream.testing.Choices;
import io.taskstream.testing.Property;
import io.taskstream.testing.SettableTime;
import jakarta.json.Json;
import jakarta.json.JsonException;
import jakarta.json.JsonObject;
import jakarta.json.JsonStructure;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/** Any input is answered with the intended grant or with a refusal, and never with another failure. */
class AccessFuzzTest {

    private static final Pattern ID = Pattern.compile("[A-Za-z0-9._~-]{1,128}");
    private static final Pattern DOTS = Pattern.compile("\\.{1,2}");

    private final SettableTime time = new SettableTime();

    @Property
    void aPatternMatchesWhatItSaysAndNothingElse(Choices from) {
        String id = id(from);
        String text = pattern(from);
        boolean isId = ID.matcher(text).matches();
        boolean isPrefix = text.endsWith("*")
                && text.length() <= 129
                && (text.length() == 1
                        || ID.matcher(text.substring(0, text.length() - 1)).matches());
        try {
            boolean matches = new TaskPattern(text).matches(new TaskId(id));
            assertThat(isId || isPrefix).isTrue();
            assertThat(matches)
                    .isEqualTo(isPrefix ? id.startsWith(text.substring(0, text.length() - 1)) : id.equals(text));
        } catch (RefusedException e) {
            assertThat(isId || isPrefix).isFalse();
        }
    }

    @Property
    void aClaimIsUnderstoodOrRefused(Choices from) {
        String json = claim(from);
        JsonObject claim;
        try (var reader = Json.createReader(new StringReader(json))) {
            JsonStructure read = reader.read();
            if (!(read instanceof JsonObject object)) {
                return;
            }
            claim = object;
        } catch (JsonException e) {
            return;
        }
        try {
            Permissions permissions = Permissions.of(claim);
            assertThat(permissions.admin()).isEqualTo("true".equals(String.valueOf(claim.get("admin"))));
            permissions.mayPublish(new TaskId("x"));
        } catch (RefusedException e) {
            assertThat(e.reason()).doesNotContain(json);
        }
    }

    @Property
    void whatAnIssuerSignsIsUnderstoodOrRefused(Choices from) throws JOSEException {
        String payload = payload(from);
        var secret = new OctetSequenceKey.Builder(new byte[32]).build();
        var rules = new JwtVerifier.Rules(Set.of("HS256"), "i", "a", Duration.ZERO, Duration.ofDays(1));
        var jws = new JWSObject(new JWSHeader(JWSAlgorithm.HS256), new Payload(payload));
        jws.sign(new MACSigner(secret));
        try {
            Grant grant = new JwtVerifier(id -> List.of(secret), rules, time).verify(jws.serialize());
            assertThat(grant.subject()).isNotEmpty();
            assertThat(grant.session()).isNotEmpty();
            assertThat(grant.expires())
                    .isAfter(time.instant())
                    .isBeforeOrEqualTo(time.instant().plus(Duration.ofDays(1)));
            assertThat(payload).contains("\"iss\":\"i\"").contains("\"a\"").contains("taskstream");
        } catch (RefusedException e) {
            assertThat(e.reason()).isNotEmpty();
        }
    }

    private String payload(Choices from) {
        String soon = Long.toString(time.instant().plusSeconds(60).getEpochSecond());
        return "{\"iss\":" + mostly("\"i\"", from, () -> any(from))
                + ",\"aud\":" + mostly("\"a\"", from, () -> from.from(List.of(() -> any(from), () -> "[\"b\",\"a\"]")))
                + ",\"sub\":" + mostly("\"ann\"", from, () -> any(from))
                + ",\"exp\":" + mostly(soon, from, () -> from.from(List.of(() -> any(from), () -> "" + from.number())))
                + ",\"jti\":" + any(from)
                + ",\"taskstream\":" + from.from(List.of(() -> claim(from), () -> any(from))) + "}";
    }

    private static String any(Choices from) {
        return from.oneOf("null", "1", "\"\"", "[]", "{}", "true", "-1e400", "\"x\"", "[\"a\",1]");
    }

    private static String mostly(String right, Choices from, Supplier<String> others) {
        return from.between(0, 9) == 0 ? others.get() : right;
    }

    @Property
    void noTextIsATokenByChance(Choices from) {
        String token = token(from);
        var rules = new JwtVerifier.Rules(JwtVerifier.ALGORITHMS, "i", "a", Duration.ofSeconds(30), Duration.ofDays(1));
        assertRefused(() -> new JwtVerifier(id -> List.of(), rules, time).verify(token));
        assertRefused(() -> new StaticTokens(List::of, time).verify(token));
        assertRefused(
                () -> new StreamPasses(new byte[32], Duration.ofDays(1), time).verify(token, List.of(new TaskId("x"))));
        assertRefused(
                () -> new Tickets(Duration.ofSeconds(30), time, new SecureRandom()).spend(token, new TaskId("x")));
    }

    @Property
    void noHeaderOfAProxyIsMoreThanAnAddress(Choices from) {
        List<String> values = from.list(0, 4, () -> header(from));
        Proxies.Header header = from.between(0, 1) == 0 ? Proxies.Header.FORWARDED : Proxies.Header.X_FORWARDED_FOR;
        String client = Proxies.in(List.of("10.0.0.0/8", "::/0"), header).client("10.0.0.1", values);
        assertThat(Network.address(client)).isPresent();
    }

    @Property
    void noOriginIsOwnByAccident(Choices from) {
        String origin = origin(from);
        if (Origins.isOwn(origin, "own.example")) {
            assertThat(origin.toLowerCase(Locale.ROOT)).matches("https://own\\.example(:443)?([/?#].*)?");
        }
    }

    private static void assertRefused(Runnable attempt) {
        try {
            attempt.run();
        } catch (RefusedException e) {
            return;
        }
        throw new AssertionError("Let in");
    }

    private static String id(Choices from) {
        String id = from.oneOf("a", "b", ".", "~", "-", "_", "Z", "9") + from.textOf("ab.~-_Z9", 5);
        return DOTS.matcher(id).matches() ? "..." : id;
    }

    private static String pattern(Choices from) {
        return from.from(List.of(() -> from.textOf("ab.~-_Z9*", 6), () -> from.text(10), () -> id(from) + "*"));
    }

    private static String claim(Choices from) {
        return from.from(List.of(
                () -> "{" + String.join(",", from.list(0, 5, () -> member(from))) + "}", () -> from.text(30)));
    }

    private static String member(Choices from) {
        String value = from.oneOf(
                "true",
                "false",
                "null",
                "[]",
                "{}",
                "[\"*\"]",
                "[\"a*\",\"b\"]",
                "[5]",
                "[[\"*\"]]",
                "\"*\"",
                "\"true\"",
                "[null]",
                "1",
                "[\"**\"]",
                "[\"\"]");
        return "\"" + from.oneOf("publish", "watch", "admin", "Admin", "x") + "\":" + value;
    }

    private static String token(Choices from) {
        return from.from(List.of(
                () -> from.text(60), () -> from.textOf("eyJ0.AZaz09_-=", 80), () -> headOfToken(from) + ".e30.AAAA"));
    }

    private static String headOfToken(Choices from) {
        String head = from.oneOf(
                "{\"alg\":\"none\"}",
                "{\"alg\":\"HS256\"}",
                "{\"alg\":5}",
                "{}",
                "[]",
                "{\"alg\":\"ES256\",\"crit\":[\"x\"]}");
        return Base64.getUrlEncoder().withoutPadding().encodeToString(head.getBytes(StandardCharsets.UTF_8));
    }

    private static String header(Choices from) {
        return from.from(List.of(() -> from.textOf("for=\"[]:.,;0123456789abcdefx ", 40), () -> from.text(20)));
    }

    private static String origin(Choices from) {
        return from.from(List.of(
                () -> from.textOf("https:/own.exampl@#?\\ ", 30),
                () -> "https://own.example" + from.textOf("@:/.#?\\a1", 4),
                () -> "https://" + from.textOf("@:/.#?\\a1", 4) + "own.example"));
    }
}
