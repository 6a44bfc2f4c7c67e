package io.taskstream.access;

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

/** Reads keys from text: a public key in PEM, a JWK, or a JWK set (RFC 7517). */
public final class KeyFile {

    private static final Pattern PEM =
            Pattern.compile("-----BEGIN PUBLIC KEY-----([A-Za-z0-9+/=\\s]+)-----END PUBLIC KEY-----");
    private static final int ED25519_BYTES = 32;

    private KeyFile() {}

    /**
     * The keys in the text, at least one.
     *
     * @throws IllegalArgumentException if there are none; the message holds nothing of them
     */
    public static List<JWK> parse(String text) {
        String stripped = text.strip();
        if (stripped.startsWith("-----")) {
            return List.of(pem(stripped));
        }
        try {
            List<JWK> keys =
                    stripped.contains("\"keys\"") ? JWKSet.parse(stripped).getKeys() : List.of(JWK.parse(stripped));
            if (!keys.isEmpty()) {
                return List.copyOf(keys);
            }
        } catch (ParseException e) {
            // Said below, without what the parser found.
        }
        throw new IllegalArgumentException("There is no key in it: it must be a public key in PEM, a JWK or a JWK set");
    }

    private static JWK pem(String text) {
        Matcher pem = PEM.matcher(text);
        if (!pem.matches()) {
            throw new IllegalArgumentException("It must be one PUBLIC KEY in PEM");
        }
        byte[] encoded = Base64.getMimeDecoder().decode(pem.group(1));
        for (String algorithm : List.of("RSA", "EC", "Ed25519")) {
            try {
                return jwk(KeyFactory.getInstance(algorithm).generatePublic(new X509EncodedKeySpec(encoded)));
            } catch (GeneralSecurityException e) {
                // A key of another kind.
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
            // The encoded form ends with the key as RFC 8032 has it.
            byte[] encoded = key.getEncoded();
            byte[] x = Arrays.copyOfRange(encoded, encoded.length - ED25519_BYTES, encoded.length);
            return new OctetKeyPair.Builder(Curve.Ed25519, Base64URL.encode(x)).build();
        }
        throw new IllegalArgumentException("The key must be of RSA, P-256 or Ed25519");
    }
}
