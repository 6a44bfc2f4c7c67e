package io.taskstream.access.token;

import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.util.Base64URL;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.EdECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.text.ParseException;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A source of the keys that tokens are verified with. Thread-safe. */
@FunctionalInterface
public interface Keys {

    /**
     * Returns the keys that may have signed a token. May wait for keys to be fetched.
     *
     * @param id the token's {@code kid}, which is not to be trusted; {@code null} if it has none
     */
    List<JWK> find(@Nullable String id);

    /** Returns the keys with that id and those without any id; all of them if the id is {@code null}. */
    static List<JWK> withId(List<JWK> keys, @Nullable String id) {
        return id == null
                ? keys
                : keys.stream()
                        .filter(key -> key.getKeyID() == null || key.getKeyID().equals(id))
                        .toList();
    }

    /**
     * Reads a public key in PEM, a JWK, or a JWK set (RFC 7517).
     *
     * @return at least one key
     * @throws IllegalArgumentException if there is none; the message holds nothing of the text
     */
    static List<JWK> parse(String text) {
        String stripped = text.strip();
        if (stripped.startsWith("-----")) {
            return List.of(Pem.parse(stripped));
        }
        try {
            List<JWK> keys =
                    stripped.contains("\"keys\"") ? JWKSet.parse(stripped).getKeys() : List.of(JWK.parse(stripped));
            if (!keys.isEmpty()) {
                return List.copyOf(keys);
            }
        } catch (ParseException e) {
            // The parser's message could quote a secret.
        }
        throw new IllegalArgumentException("There is no key in it: it must be a public key in PEM, a JWK or a JWK set");
    }

    /** Public keys in PEM. The library's own parser needs Bouncy Castle. */
    final class Pem {

        private static final Pattern FORM =
                Pattern.compile("-----BEGIN PUBLIC KEY-----([A-Za-z0-9+/=\\s]+)-----END PUBLIC KEY-----");
        private static final int ED25519_BYTES = 32;

        private Pem() {}

        private static JWK parse(String text) {
            Matcher pem = FORM.matcher(text);
            if (!pem.matches()) {
                throw new IllegalArgumentException("It must be one PUBLIC KEY in PEM");
            }
            byte[] encoded = Base64.getMimeDecoder().decode(pem.group(1));
            for (String algorithm : List.of("RSA", "EC", "Ed25519")) {
                try {
                    return jwk(KeyFactory.getInstance(algorithm).generatePublic(new X509EncodedKeySpec(encoded)));
                } catch (GeneralSecurityException e) {
                    // The key is of another algorithm.
                }
            }
            throw new IllegalArgumentException("The key must be of RSA, P-256 or Ed25519");
        }

        private static JWK jwk(PublicKey key) {
            if (key instanceof RSAPublicKey rsa) {
                return new RSAKey.Builder(rsa).build();
            }
            if (key instanceof ECPublicKey ec) {
                return new ECKey.Builder(Curve.forECParameterSpec(ec.getParams()), ec).build();
            }
            if (key instanceof EdECPublicKey) {
                // The encoded form ends with the key as in RFC 8032.
                byte[] encoded = key.getEncoded();
                byte[] x = Arrays.copyOfRange(encoded, encoded.length - ED25519_BYTES, encoded.length);
                return new OctetKeyPair.Builder(Curve.Ed25519, Base64URL.encode(x)).build();
            }
            throw new IllegalArgumentException("The key must be of RSA, P-256 or Ed25519");
        }
    }
}
