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
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jose.util.Base64URL;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.security.Signature;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** Issues valid and invalid tokens, as a token server would. */
public final class Issuer {

    static final String NAME = "https://issuer.example";
    static final String AUDIENCE = "taskstream";

    private final ECKey ec;
    private final RSAKey rsa;
    private final KeyPair edwards;

    Issuer() {
        try {
            ec = new ECKeyGenerator(Curve.P_256).keyID("ec").generate();
            rsa = new RSAKeyGenerator(2048).keyID("rsa").generate();
            edwards = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        } catch (JOSEException | NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The public keys, as a JWK set. */
    String keys() {
        byte[] encoded = edwards.getPublic().getEncoded();
        // It ends with the key as RFC 8032 has it.
        Base64URL x = Base64URL.encode(Arrays.copyOfRange(encoded, encoded.length - 32, encoded.length));
        JWK okp = new OctetKeyPair.Builder(Curve.Ed25519, x).keyID("okp").build();
        return new JWKSet(List.of(ec.toPublicJWK(), rsa.toPublicJWK(), okp)).toString();
    }

    /** Claims of a valid token with these permissions. */
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

    /** The token, signed with the key of Ed25519. */
    String signWithEdwards(JWTClaimsSet.Builder claims) {
        String header = new JWSHeader.Builder(JWSAlgorithm.EdDSA)
                .keyID("okp")
                .build()
                .toBase64URL()
                .toString();
        String content =
                header + "." + Base64URL.encode(claims.build().toString().getBytes(StandardCharsets.UTF_8));
        try {
            Signature signer = Signature.getInstance("Ed25519");
            signer.initSign(edwards.getPrivate());
            signer.update(content.getBytes(StandardCharsets.US_ASCII));
            return content + "." + Base64URL.encode(signer.sign());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The token, with the public key used as a shared secret, which a careless verifier would accept. */
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
