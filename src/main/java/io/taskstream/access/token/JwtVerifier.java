package io.taskstream.access.token;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jose.crypto.factories.DefaultJWSVerifierFactory;
import com.nimbusds.jose.jwk.AsymmetricJWK;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKMatcher;
import com.nimbusds.jose.jwk.KeyType;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.proc.BadJOSEException;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jose.util.Base64URL;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.nimbusds.jwt.proc.DefaultJWTProcessor;
import io.taskstream.access.Digests;
import io.taskstream.access.Grant;
import io.taskstream.access.Permissions;
import io.taskstream.access.RefusedException;
import io.taskstream.access.TokenVerifier;
import jakarta.json.Json;
import java.nio.charset.StandardCharsets;
import java.security.Key;
import java.security.interfaces.EdECPublicKey;
import java.text.ParseException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Verifies JSON Web Tokens (RFC 7519) as RFC 8725 recommends. The claim {@code taskstream} states the permissions.
 * Thread-safe.
 */
public final class JwtVerifier implements TokenVerifier {

    /** The algorithms that can be allowed (RFC 7518, RFC 8037); {@code none} is not among them. */
    public static final Set<String> ALGORITHMS = Set.of("RS256", "ES256", "EdDSA", "HS256");

    private static final int MAX_NAME_LENGTH = 256;

    private final Keys keys;
    private final Rules rules;
    private final InstantSource time;
    private final DefaultJWTProcessor<SecurityContext> processor = new DefaultJWTProcessor<>();

    public JwtVerifier(Keys keys, Rules rules, InstantSource time) {
        this.keys = keys;
        this.rules = rules;
        this.time = time;
        // The claims tell what a token is for. Issuers use several types, such as "at+jwt" (RFC 9068).
        processor.setJWSTypeVerifier((type, context) -> {});
        processor.setJWSKeySelector((header, context) -> keysFor(header));
        processor.setJWSVerifierFactory(new VerifierFactory());
        processor.setJWTClaimsSetVerifier((claims, context) -> check(claims));
    }

    /**
     * The conditions that a JSON Web Token must fulfil.
     *
     * @param algorithms the allowed signature algorithms, some of {@link #ALGORITHMS}
     * @param issuer the claim {@code iss}
     * @param audience must be one of the values of the claim {@code aud}
     * @param leeway the tolerated difference between the issuer's clock and this server's
     * @param longestLife how far ahead {@code exp} may be; an ended session is remembered for as long
     */
    public record Rules(
            Set<String> algorithms, String issuer, String audience, Duration leeway, Duration longestLife) {}

    @Override
    public Grant verify(String token) {
        try {
            SignedJWT jwt = SignedJWT.parse(token);
            checkEncoding(jwt);
            return grant(processor.process(jwt, null), jwt.getSigningInput());
        } catch (BadJOSEException | JOSEException e) {
            throw new RefusedException("The token is not signed with a known key");
        } catch (ParseException | IllegalArgumentException | DateTimeException e) {
            throw new RefusedException("Not a signed token");
        }
    }

    /**
     * Refuses a part that is not strict base64url (RFC 7515, section 2), although a lenient decoder accepts it. Otherwise
     * one token would have several spellings.
     */
    private static void checkEncoding(SignedJWT jwt) {
        for (Base64URL part : jwt.getParsedParts()) {
            if (!Base64URL.encode(part.decode()).equals(part)) {
                throw new RefusedException("Not a signed token, since a part of it is not base64url");
            }
        }
    }

    /** Returns the keys that may have signed the token. Each algorithm takes keys of its own type only. */
    private List<Key> keysFor(JWSHeader header) {
        JWSAlgorithm algorithm = header.getAlgorithm();
        if (!rules.algorithms().contains(algorithm.getName())) {
            throw new RefusedException("The token is signed with an algorithm that is not allowed");
        }
        if (header.getCriticalParams() != null) {
            throw new RefusedException("The token requires an extension that is not supported");
        }
        JWKMatcher usable = new JWKMatcher.Builder()
                .keyType(KeyType.forAlgorithm(algorithm))
                .curves(Curve.forJWSAlgorithm(algorithm))
                .minKeySize(algorithm.equals(JWSAlgorithm.RS256) ? 2048 : 256)
                .keyUses(KeyUse.SIGNATURE, null)
                .algorithms(algorithm, null)
                .build();
        return keys.find(header.getKeyID()).stream()
                .filter(usable::matches)
                .flatMap(JwtVerifier::javaKey)
                .toList();
    }

    private static Stream<Key> javaKey(JWK key) {
        try {
            if (key instanceof OctetKeyPair pair) {
                return Stream.of(Ed25519Verifier.publicKey(pair.getDecodedX()));
            }
            return Stream.of(
                    key instanceof AsymmetricJWK pair
                            ? pair.toPublicKey()
                            : key.toOctetSequenceKey().toSecretKey());
        } catch (JOSEException e) {
            return Stream.empty();
        }
    }

    /** Adds Ed25519, for which the library's own verifier would need a second library. */
    private static final class VerifierFactory extends DefaultJWSVerifierFactory {

        @Override
        public JWSVerifier createJWSVerifier(JWSHeader header, Key key) throws JOSEException {
            return key instanceof EdECPublicKey edwards
                    ? new Ed25519Verifier(edwards)
                    : super.createJWSVerifier(header, key);
        }
    }

    /** Not the library's own check: that has no limit of a token's life, and its reasons tell an operator less. */
    private void check(JWTClaimsSet claims) {
        if (!rules.issuer().equals(claims.getIssuer())) {
            throw new RefusedException("The token is from another issuer");
        }
        if (!claims.getAudience().contains(rules.audience())) {
            throw new RefusedException("The token is for another audience");
        }
        String subject = claims.getSubject();
        if (subject == null || subject.isEmpty() || subject.length() > MAX_NAME_LENGTH) {
            throw new RefusedException("The token has no subject, or one that is too long");
        }
        if (claims.getExpirationTime() == null) {
            throw new RefusedException("The token has no end");
        }
        Instant now = time.instant();
        Instant expires = claims.getExpirationTime().toInstant();
        if (expires.isAfter(now.plus(rules.longestLife()))) {
            throw new RefusedException("The token lasts longer than allowed");
        }
        if (!now.isBefore(expires.plus(rules.leeway()))) {
            throw new RefusedException("The token has expired");
        }
        Date begin = claims.getNotBeforeTime();
        if (begin != null && now.plus(rules.leeway()).isBefore(begin.toInstant())) {
            throw new RefusedException("The token is not valid yet");
        }
    }

    private Grant grant(JWTClaimsSet claims, byte[] signed) throws ParseException {
        Map<String, Object> claim = claims.getJSONObjectClaim("taskstream");
        if (claim == null) {
            throw new RefusedException("The token has no claim 'taskstream'");
        }
        return new Grant(
                claims.getSubject(),
                session(claims.getJWTID(), signed),
                Permissions.of(Json.createObjectBuilder(claim).build()),
                claims.getExpirationTime().toInstant().plus(rules.leeway()));
    }

    /**
     * Returns the token's id. Without one it is a digest of the signed part, so that such a token can be revoked, too. The
     * signature does not count: anyone can derive a second valid ECDSA signature from a first.
     */
    private static String session(@Nullable String id, byte[] signed) {
        if (id != null && id.length() > MAX_NAME_LENGTH) {
            throw new RefusedException("The token has an id that is too long");
        }
        return id == null || id.isEmpty() ? Digests.name(new String(signed, StandardCharsets.US_ASCII)) : id;
    }
}
