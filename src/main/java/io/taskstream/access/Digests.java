package io.taskstream.access;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HexFormat;

/** SHA-256 digests of secrets. The secrets themselves are never stored. */
public final class Digests {

    private Digests() {}

    public static byte[] sha256(String secret) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(secret.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java has SHA-256", e);
        }
    }

    /** Returns the digest in hexadecimal. */
    public static String hex(String secret) {
        return HexFormat.of().formatHex(sha256(secret));
    }

    /** Returns a short name for a secret, which reveals nothing of it: 22 characters of base64url. */
    public static String name(String secret) {
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(sha256(secret))
                .substring(0, 22);
    }
}
