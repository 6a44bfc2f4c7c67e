package io.taskstream.access;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.util.Base64URL;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.text.ParseException;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Date;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Verifies JSON Web Tokens (RFC 7519) as RFC 8725 recommends. Their claim {@code taskstream} states the rights. */
public final class JwtVerifier implements TokenVerifier {

    private static final int LONGEST_NAME = 256;

    private final Keys keys;
    private final JwtRules rules;
    private final InstantSource time;

    public JwtVerifier(Keys keys, JwtRules rules, InstantSource time) {
        this.keys = keys;
        this.rules = rules;
        this.time = time;
    }

    @Override
    public Grant verify(String token) {
        try {
            SignedJWT jwt = SignedJWT.parse(token);
            checkSpelling(jwt);
            verifySignature(jwt);
            return grant(jwt);
        } catch (ParseException | IllegalArgumentException | DateTimeException e) {
            throw new RefusedException("Not a signed token");
        }
    }

    /**
     * Refuses a part that is not base64url as RFC 7515, section 2, has it, but decodes to bytes all the same: it has
     * padding, characters of another alphabet, or unused bits that are set.
     */
    private static void checkSpelling(SignedJWT jwt) {
        for (Base64URL part : jwt.getParsedParts()) {
            if (!Base64URL.encode(part.decode()).equals(part)) {
                throw new RefusedException("Not a signed token, since a part of it is not base64url");
            }
        }
    }

    private void verifySignature(SignedJWT jwt) {
        JWSHeader header = jwt.getHeader();
        Algorithm algorithm = Algorithm.named(header.getAlgorithm().getName())
                .filter(rules.algorithms()::contains)
                .orElseThrow(() -> new RefusedException("The token is signed with an algorithm that is not allowed"));
        if (header.getCriticalParams() != null) {
            throw new RefusedException("The token asks for an extension that is not known");
        }
        boolean isGenuine = keys.find(header.getKeyID()).stream()
                .filter(algorithm::fits)
                .anyMatch(key -> isSignedWith(key, algorithm, jwt));
        if (!isGenuine) {
            throw new RefusedException("The token is not signed with a key that is known");
        }
    }

    private static boolean isSignedWith(JWK key, Algorithm algorithm, SignedJWT jwt) {
        try {
            JWSVerifier verifier = algorithm.verifier(key);
            return verifier != null && jwt.verify(verifier);
        } catch (JOSEException e) {
            return false;
        }
    }

    private Grant grant(SignedJWT jwt) throws ParseException {
        JWTClaimsSet claims = jwt.getJWTClaimsSet();
        if (!rules.issuer().equals(claims.getIssuer())) {
            throw new RefusedException("The token is of another issuer");
        }
        if (!claims.getAudience().contains(rules.audience())) {
            throw new RefusedException("The token is for another audience");
        }
        String subject = claims.getSubject();
        if (subject == null || subject.isEmpty() || subject.length() > LONGEST_NAME) {
            throw new RefusedException("The token has no subject, or a very long one");
        }
        Instant expires = expires(claims);
        return new Grant(subject, session(claims.getJWTID(), jwt.getSigningInput()), permissions(claims), expires);
    }

    private Instant expires(JWTClaimsSet claims) {
        Instant now = time.instant();
        if (claims.getExpirationTime() == null) {
            throw new RefusedException("The token has no end");
        }
        Instant expires = claims.getExpirationTime().toInstant();
        if (expires.isAfter(now.plus(rules.longestLife()))) {
            throw new RefusedException("The token lasts longer than is taken");
        }
        Instant end = expires.plus(rules.leeway());
        if (!now.isBefore(end)) {
            throw new RefusedException("The token has expired");
        }
        Date begin = claims.getNotBeforeTime();
        if (begin != null && now.plus(rules.leeway()).isBefore(begin.toInstant())) {
            throw new RefusedException("The token is not valid yet");
        }
        return end;
    }

    /**
     * The id of the token. A token without one is named by a digest of what is signed, so that it can be revoked, too. The
     * signature is no part of that: ECDSA lets anybody make a second valid signature of a first.
     */
    private static String session(@Nullable String id, byte[] signed) {
        if (id != null && id.length() > LONGEST_NAME) {
            throw new RefusedException("The token has a very long id");
        }
        return id == null || id.isEmpty() ? Digests.name(new String(signed, StandardCharsets.US_ASCII)) : id;
    }

    private static Permissions permissions(JWTClaimsSet claims) throws ParseException {
        Map<String, Object> claim = claims.getJSONObjectClaim("taskstream");
        if (claim == null) {
            throw new RefusedException("The token has no claim 'taskstream'");
        }
        JsonObject json = Json.createObjectBuilder(claim).build();
        return Permissions.of(json);
    }
}
