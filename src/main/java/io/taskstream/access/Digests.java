package io.taskstream.access;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HexFormat;

/** SHA-256 of secrets, which are kept and compared in that form only. */
final class Digests {

    private Digests() {}

    static byte[] sha256(String secret) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(secret.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java has SHA-256", e);
        }
    }

    /** In hexadecimal. */
    static String hex(String secret) {
        return HexFormat.of().formatHex(sha256(secret));
    }

    /** A short name for a secret, which says nothing of it. */
    static String name(String secret) {
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(sha256(secret))
                .substring(0, 22);
    }
}
