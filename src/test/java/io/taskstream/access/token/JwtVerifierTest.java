package io.taskstream.access.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.crypto.opts.AllowWeakRSAKey;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.OctetSequenceKey;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.jwk.gen.OctetSequenceKeyGenerator;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jose.util.Base64URL;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.SignedJWT;
import io.taskstream.access.Grant;
import io.taskstream.access.RefusedException;
import io.taskstream.task.TaskId;
import io.taskstream.testing.SettableTime;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class JwtVerifierTest {

    private static final RSAKey RSA = rsa(2048);
    private static final ECKey EC = ec();
    private static final OctetSequenceKey SECRET = secret();

    private final SettableTime time = new SettableTime();

    @Test
    void eachAlgorithmIsVerifiedWithItsOwnKey() throws JOSEException, GeneralSecurityException {
        KeyPair edwards = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        JWK edwardsKey = Keys.parse("-----BEGIN PUBLIC KEY-----\n"
                        + Base64.getMimeEncoder()
                                .encodeToString(edwards.getPublic().getEncoded())
                        + "\n-----END PUBLIC KEY-----\n")
                .get(0);
        JwtVerifier verifier = verifier(JwtVerifier.ALGORITHMS, RSA, EC, SECRET, edwardsKey);

        assertThat(verifier.verify(sign(JWSAlgorithm.RS256, new RSASSASigner(RSA), claims()))
                        .subject())
                .isEqualTo("ann");
        assertThat(verifier.verify(sign(JWSAlgorithm.ES256, new ECDSASigner(EC), claims()))
                        .subject())
                .isEqualTo("ann");
        assertThat(verifier.verify(sign(JWSAlgorithm.HS256, new MACSigner(SECRET), claims()))
                        .subject())
                .isEqualTo("ann");
        assertThat(verifier.verify(signWithEdwards(edwards)).subject()).isEqualTo("ann");
    }

    private String signWithEdwards(KeyPair pair) throws GeneralSecurityException {
        String content = new JWSHeader(JWSAlgorithm.EdDSA).toBase64URL() + "."
                + Base64URL.encode(claims().build().toString());
        Signature signer = Signature.getInstance("Ed25519");
        signer.initSign(pair.getPrivate());
        signer.update(content.getBytes(StandardCharsets.US_ASCII));
        return content + "." + Base64URL.encode(signer.sign());
    }

    @Test
    void theRightsAreThoseOfTheClaim() throws JOSEException {
        Grant grant = verifier(Set.of("ES256"), EC).verify(good());

        assertThat(grant.permissions().mayPublish(new TaskId("build-1"))).isTrue();
        assertThat(grant.permissions().mayPublish(new TaskId("x"))).isFalse();
        assertThat(grant.permissions().mayWatch(new TaskId("x"))).isTrue();
        assertThat(grant.permissions().admin()).isFalse();
        assertThat(grant.session()).isEqualTo("session-1");
        assertThat(grant.expires()).isEqualTo(time.instant().plusSeconds(60 + 30));
    }

    @Test
    void aTokenWithoutAnIdHasOneSessionHoweverItIsSpelled() throws JOSEException {
        JwtVerifier verifier = verifier(Set.of("ES256"), EC);
        String token = sign(
                JWSAlgorithm.ES256, new ECDSASigner(EC), claims().jwtID(null).claim("padding", "??>>~~"));
        String session = verifier.verify(token).session();
        String[] parts = token.split("\\.", -1);
        String signed = parts[0] + "." + parts[1];

        // ECDSA takes s and n - s alike, so anybody can make a second signature of a first.
        String other = signed + "." + otherSignature(parts[2]);
        assertThat(other).isNotEqualTo(token);
        assertThat(verifier.verify(other).session()).isEqualTo(session);
        for (String spelled : respelled(token)) {
            assertRefused(verifier, spelled, "Not a signed token");
        }
    }

    private static String otherSignature(String signature) {
        byte[] bytes = new Base64URL(signature).decode();
        var s = new BigInteger(1, Arrays.copyOfRange(bytes, 32, 64));
        byte[] other = Curve.P_256.toECParameterSpec().getOrder().subtract(s).toByteArray();
        byte[] padded = Arrays.copyOf(bytes, 64);
        Arrays.fill(padded, 32, 64, (byte) 0);
        int length = Math.min(32, other.length);
        System.arraycopy(other, other.length - length, padded, 64 - length, length);
        return Base64URL.encode(padded).toString();
    }

    /** Other texts that a lenient base64url decoder maps to the same bytes. */
    private static List<String> respelled(String token) {
        List<String> respelled =
                new ArrayList<>(List.of(token + "=", token + "==", token + "A=", token.replaceFirst("\\.", "=.")));
        String[] parts = token.split("\\.", -1);
        for (int part = 0; part < 3; part++) {
            String last = parts[part].substring(parts[part].length() - 1);
            int unused = parts[part].length() % 4 == 2 ? 4 : parts[part].length() % 4 == 3 ? 2 : 0;
            if (unused > 0) {
                String alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
                char other = alphabet.charAt(alphabet.indexOf(last) ^ 1);
                respelled.add(with(parts, part, parts[part].substring(0, parts[part].length() - 1) + other));
            }
            String classic = parts[part].replace('-', '+').replace('_', '/');
            if (!classic.equals(parts[part])) {
                respelled.add(with(parts, part, classic));
            }
            respelled.add(with(parts, part, parts[part].substring(0, 4) + "*" + parts[part].substring(4)));
        }
        assertThat(respelled)
                .as("the token has characters that have two spellings")
                .hasSizeGreaterThan(9);
        return respelled;
    }

    private static String with(String[] parts, int index, String other) {
        String[] changed = parts.clone();
        changed[index] = other;
        return String.join(".", changed);
    }

    @Test
    void anAlgorithmThatIsNotAllowedIsRefused() throws JOSEException {
        JwtVerifier verifier = verifier(Set.of("RS256"), RSA, EC, SECRET);

        assertRefused(verifier, good(), "algorithm");
        assertRefused(verifier, sign(JWSAlgorithm.HS256, new MACSigner(SECRET), claims()), "algorithm");
        assertRefused(verifier, sign(JWSAlgorithm.RS512, new RSASSASigner(RSA), claims()), "algorithm");
        assertRefused(verifier, new PlainJWT(claims().build()).serialize(), "Not a signed token");
    }

    @Test
    void aPublicKeyIsNeverTakenForASecret() throws JOSEException {
        byte[] publicKey = RSA.toPublicKey().getEncoded();

        assertRefused(
                verifier(JwtVerifier.ALGORITHMS, RSA.toPublicJWK()),
                sign(JWSAlgorithm.HS256, new MACSigner(publicKey), claims()),
                "key");
    }

    @Test
    void aKeyForAnotherPurposeOrAWeakOneDoesNotCount() throws JOSEException {
        RSAKey weak = rsa(1024);
        ECKey forEncryption = new ECKey.Builder(EC).keyUse(KeyUse.ENCRYPTION).build();
        ECKey forAnother = new ECKey.Builder(EC).algorithm(JWSAlgorithm.ES512).build();
        JwtVerifier verifier = verifier(JwtVerifier.ALGORITHMS, weak, forEncryption, forAnother);

        assertRefused(verifier, good(), "key");
        assertRefused(
                verifier,
                sign(
                        JWSAlgorithm.RS256,
                        new RSASSASigner(weak.toPrivateKey(), Set.of(AllowWeakRSAKey.getInstance())),
                        claims()),
                "key");
    }

    @Test
    void anotherKeyOfTheSameNameIsRefused() {
        assertRefused(verifier(Set.of("ES256"), ec()), good(), "key");
    }

    @Test
    void everyClaimIsLookedAt() {
        assertRefused(claims().issuer("https://evil"), "issuer");
        assertRefused(claims().issuer(null), "issuer");
        assertRefused(claims().audience("other"), "audience");
        assertRefused(claims().audience((String) null), "audience");
        assertRefused(claims().subject(null), "subject");
        assertRefused(claims().subject(""), "subject");
        assertRefused(claims().subject("x".repeat(300)), "subject");
        assertRefused(claims().jwtID("x".repeat(300)), "id");
        assertRefused(claims().expirationTime(null), "end");
        assertRefused(claims().expirationTime(in(-31)), "expired");
        assertRefused(claims().expirationTime(in(86_401)), "longer");
        assertRefused(claims().notBeforeTime(in(31)), "not valid yet");
        assertRefused(claims().claim("taskstream", null), "taskstream");
        assertRefused(claims().claim("taskstream", Map.of("publish", "*")), "publish");
        assertRefused(claims().claim("taskstream", Map.of("publish", List.of("a**"))), "pattern");
        assertRefused(claims().claim("taskstream", Map.of("admin", "true")), "admin");
    }

    @Test
    void clocksMayBeOffByTheLeeway() throws JOSEException {
        JwtVerifier verifier = verifier(Set.of("ES256"), EC);

        assertThat(verifier.verify(sign(claims().expirationTime(in(-29)))).subject())
                .isEqualTo("ann");
        assertThat(verifier.verify(sign(claims().notBeforeTime(in(29)))).subject())
                .isEqualTo("ann");
    }

    @Test
    void aTokenWithoutAnIdIsCalledByItsDigest() {
        JwtVerifier verifier = verifier(Set.of("ES256"), EC);
        String token = sign(claims().jwtID(null));

        String session = verifier.verify(token).session();
        assertThat(session).hasSize(22).isEqualTo(verifier.verify(token).session());
        assertThat(token).doesNotContain(session);
    }

    @Test
    void anExtensionThatMustBeKnownIsRefused() throws JOSEException {
        var header = new JWSHeader.Builder(JWSAlgorithm.ES256)
                .type(JOSEObjectType.JWT)
                .criticalParams(Set.of("exp2"))
                .customParam("exp2", 1)
                .build();
        var jwt = new SignedJWT(header, claims().build());
        jwt.sign(new ECDSASigner(EC));

        assertRefused(verifier(Set.of("ES256"), EC), jwt.serialize(), "extension");
    }

    @Test
    void theTypeOfATokenDoesNotMatter() throws JOSEException {
        var header = new JWSHeader.Builder(JWSAlgorithm.ES256).type(new JOSEObjectType("at+jwt"));
        var jwt = new SignedJWT(header.build(), claims().build());
        jwt.sign(new ECDSASigner(EC));

        assertThat(verifier(Set.of("ES256"), EC).verify(jwt.serialize()).subject())
                .isEqualTo("ann");
    }

    @Test
    void aKeyThatCannotBeUsedDoesNotHideAnother() throws JOSEException {
        JwtVerifier verifier = verifier(JwtVerifier.ALGORITHMS, rsa(1024), SECRET, ec(), RSA, EC);

        assertThat(verifier.verify(good()).subject()).isEqualTo("ann");
        assertThat(verifier.verify(sign(JWSAlgorithm.RS256, new RSASSASigner(RSA), claims()))
                        .subject())
                .isEqualTo("ann");
    }

    private void assertRefused(JWTClaimsSet.Builder claims, String reason) {
        assertRefused(verifier(Set.of("ES256"), EC), sign(claims), reason);
    }

    private static void assertRefused(JwtVerifier verifier, String token, String reason) {
        assertThatThrownBy(() -> verifier.verify(token))
                .isInstanceOf(RefusedException.class)
                .hasMessageContaining(reason);
    }

    private JwtVerifier verifier(Set<String> algorithms, JWK... keys) {
        var rules = new JwtVerifier.Rules(
                algorithms, "https://issuer", "taskstream", Duration.ofSeconds(30), Duration.ofDays(1));
        return new JwtVerifier(id -> List.of(keys), rules, time);
    }

    private JWTClaimsSet.Builder claims() {
        return new JWTClaimsSet.Builder()
                .issuer("https://issuer")
                .audience(List.of("other", "taskstream"))
                .subject("ann")
                .jwtID("session-1")
                .expirationTime(in(60))
                .claim("taskstream", Map.of("publish", List.of("build-*"), "watch", List.of("*")));
    }

    private Date in(int seconds) {
        return Date.from(time.instant().plusSeconds(seconds));
    }

    private String good() {
        return sign(claims());
    }

    private static String sign(JWTClaimsSet.Builder claims) {
        try {
            return sign(JWSAlgorithm.ES256, new ECDSASigner(EC), claims);
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String sign(JWSAlgorithm algorithm, JWSSigner signer, JWTClaimsSet.Builder claims)
            throws JOSEException {
        var jwt = new SignedJWT(new JWSHeader(algorithm), claims.build());
        jwt.sign(signer);
        return jwt.serialize();
    }

    private static RSAKey rsa(int bits) {
        try {
            return new RSAKeyGenerator(bits, true).generate();
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    private static ECKey ec() {
        try {
            return new ECKeyGenerator(Curve.P_256).generate();
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    private static OctetSequenceKey secret() {
        try {
            return new OctetSequenceKeyGenerator(256).generate();
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }
}
