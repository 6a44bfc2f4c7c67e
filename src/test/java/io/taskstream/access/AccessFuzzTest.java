package io.taskstream.access;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.Payload;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.jwk.OctetSequenceKey;
import io.taskstream.task.TaskId;
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
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.constraints.Size;

/** Whatever comes in, the answer is a grant that was meant, or a refusal; never another failure. */
class AccessFuzzTest {

    private static final Pattern ID = Pattern.compile("[A-Za-z0-9._~-]{1,128}");

    private final SettableTime time = new SettableTime();

    @Property
    void aPatternMatchesWhatItSaysAndNothingElse(@ForAll("patterns") String text, @ForAll("ids") String id) {
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
    void aClaimIsUnderstoodOrRefused(@ForAll("claims") String json) {
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
            Rights rights = Rights.of(claim);
            assertThat(rights.admin()).isEqualTo("true".equals(String.valueOf(claim.get("admin"))));
            rights.mayPublish(new TaskId("x"));
        } catch (RefusedException e) {
            assertThat(e.reason()).doesNotContain(json);
        }
    }

    @Property
    void whatAnIssuerSignsIsUnderstoodOrRefused(@ForAll("payloads") String payload) throws JOSEException {
        var secret = new OctetSequenceKey.Builder(new byte[32]).build();
        var rules = new JwtRules(EnumSet.of(Algorithm.HS256), "i", "a", Duration.ZERO, Duration.ofDays(1));
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

    @Provide
    Arbitrary<String> payloads() {
        String soon = Long.toString(time.instant().plusSeconds(60).getEpochSecond());
        Arbitrary<String> any = Arbitraries.of("null", "1", "\"\"", "[]", "{}", "true", "-1e400", "\"x\"", "[\"a\",1]");
        Arbitrary<String> issuer = mostly("\"i\"", any);
        Arbitrary<String> audience = mostly("\"a\"", Arbitraries.oneOf(any, Arbitraries.of("[\"b\",\"a\"]")));
        Arbitrary<String> subject = mostly("\"ann\"", any);
        Arbitrary<String> expires =
                mostly(soon, Arbitraries.oneOf(any, Arbitraries.longs().map(String::valueOf)));
        Arbitrary<String> rights = Arbitraries.oneOf(claims(), any);
        return Combinators.combine(issuer, audience, subject, expires, rights, any)
                .as((iss, aud, sub, exp, claim, jti) -> "{\"iss\":" + iss + ",\"aud\":" + aud + ",\"sub\":" + sub
                        + ",\"exp\":" + exp + ",\"jti\":" + jti + ",\"taskstream\":" + claim + "}");
    }

    private static Arbitrary<String> mostly(String right, Arbitrary<String> others) {
        return Arbitraries.frequencyOf(Tuple.of(9, Arbitraries.just(right)), Tuple.of(1, others));
    }

    @Property
    void noTextIsATokenByChance(@ForAll("tokens") String token) {
        var rules = new JwtRules(EnumSet.allOf(Algorithm.class), "i", "a", Duration.ofSeconds(30), Duration.ofDays(1));
        assertRefused(() -> new JwtVerifier(id -> List.of(), rules, time).verify(token));
        assertRefused(() -> new StaticTokens(List::of, time).verify(token));
        assertRefused(() -> new StreamPasses(new byte[32], Duration.ofDays(1), time).verify(token, new TaskId("x")));
        assertRefused(
                () -> new Tickets(Duration.ofSeconds(30), time, new SecureRandom()).spend(token, new TaskId("x")));
    }

    @Property
    void noHeaderOfAProxyIsMoreThanAnAddress(
            @ForAll("headers") @Size(max = 4) List<String> values, @ForAll Proxies.Header header) {
        String client = Proxies.in(List.of("10.0.0.0/8", "::/0"), header).client("10.0.0.1", values);
        assertThat(Network.address(client)).isPresent();
    }

    @Property
    void noOriginIsOwnByAccident(@ForAll("origins") String origin) {
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

    @Provide
    Arbitrary<String> ids() {
        return Arbitraries.strings().withChars("ab.~-_Z9").ofMinLength(1).ofMaxLength(6);
    }

    @Provide
    Arbitrary<String> patterns() {
        return Arbitraries.oneOf(
                Arbitraries.strings().withChars("ab.~-_Z9*").ofMaxLength(6),
                Arbitraries.strings().ofMaxLength(10),
                ids().map(id -> id + "*"));
    }

    @Provide
    Arbitrary<String> claims() {
        Arbitrary<String> value = Arbitraries.of(
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
        Arbitrary<String> member = Arbitraries.of("publish", "watch", "admin", "Admin", "x");
        Arbitrary<String> pair = member.flatMap(name -> value.map(text -> "\"" + name + "\":" + text));
        return Arbitraries.oneOf(
                pair.list().ofMaxSize(5).map(pairs -> "{" + String.join(",", pairs) + "}"),
                Arbitraries.strings().ofMaxLength(30));
    }

    @Provide
    Arbitrary<String> tokens() {
        return Arbitraries.oneOf(
                Arbitraries.strings().ofMaxLength(60),
                Arbitraries.strings().withChars("eyJ0.AZaz09_-=").ofMaxLength(80),
                Arbitraries.of(
                                "{\"alg\":\"none\"}",
                                "{\"alg\":\"HS256\"}",
                                "{\"alg\":5}",
                                "{}",
                                "[]",
                                "{\"alg\":\"ES256\",\"crit\":[\"x\"]}")
                        .map(header -> Base64.getUrlEncoder()
                                        .withoutPadding()
                                        .encodeToString(header.getBytes(StandardCharsets.UTF_8))
                                + ".e30.AAAA"));
    }

    @Provide
    Arbitrary<List<String>> headers() {
        return Arbitraries.oneOf(
                        Arbitraries.strings()
                                .withChars("for=\"[]:.,;0123456789abcdefx ")
                                .ofMaxLength(40),
                        Arbitraries.strings().ofMaxLength(20))
                .list();
    }

    @Provide
    Arbitrary<String> origins() {
        return Arbitraries.oneOf(
                Arbitraries.strings().withChars("https:/own.exampl@#?\\ ").ofMaxLength(30),
                Arbitraries.strings().withChars("@:/.#?\\a1").ofMaxLength(4).map(tail -> "https://own.example" + tail),
                Arbitraries.strings()
                        .withChars("@:/.#?\\a1")
                        .ofMaxLength(4)
                        .map(middle -> "https://" + middle + "own.example"));
    }
}
