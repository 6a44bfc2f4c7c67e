package io.taskstream.it.access;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** Issues tokens, good ones and wrong ones, as a token server would. */
public final class Issuer {

    static final String NAME = "https://issuer.example";
    static final String AUDIENCE = "taskstream";

    private final ECKey ec;
    private final RSAKey rsa;

    Issuer() {
        try {
            ec = new ECKeyGenerator(Curve.P_256).keyID("ec").generate();
            rsa = new RSAKeyGenerator(2048).keyID("rsa").generate();
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The public keys, as a JWK set. */
    String keys() {
        return new JWKSet(List.of(ec.toPublicJWK(), rsa.toPublicJWK())).toString();
    }

    /** Claims of a good token with these rights. */
    public static JWTClaimsSet.Builder claims(String subject, List<String> publish, List<String> watch, boolean admin) {
        return new JWTClaimsSet.Builder()
                .issuer(NAME)
                .audience(AUDIENCE)
                .subject(subject)
                .jwtID(UUID.randomUUID().toString())
                .expirationTime(Date.from(Instant.now().plus(Duration.ofMinutes(10))))
                .claim("taskstream", Map.of("publish", publish, "watch", watch, "admin", admin));
    }

    /** The token, signed with the key of P-256. */
    public String sign(JWTClaimsSet.Builder claims) {
        try {
            return sign(
                    claims,
                    new JWSHeader.Builder(JWSAlgorithm.ES256).keyID("ec").build(),
                    new ECDSASigner(ec));
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The token, signed with the RSA key. */
    String signWithRsa(JWTClaimsSet.Builder claims) {
        try {
            return sign(
                    claims,
                    new JWSHeader.Builder(JWSAlgorithm.RS256).keyID("rsa").build(),
                    new RSASSASigner(rsa));
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The token, with the public key taken for a shared secret: what a careless verifier would take. */
    String signWithPublicKeyAsSecret(JWTClaimsSet.Builder claims) {
        try {
            byte[] secret = rsa.toPublicKey().getEncoded();
            return sign(
                    claims,
                    new JWSHeader.Builder(JWSAlgorithm.HS256).keyID("rsa").build(),
                    new MACSigner(secret));
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String sign(JWTClaimsSet.Builder claims, JWSHeader header, JWSSigner signer) throws JOSEException {
        var jwt = new SignedJWT(header, claims.build());
        jwt.sign(signer);
        return jwt.serialize();
    }
}
