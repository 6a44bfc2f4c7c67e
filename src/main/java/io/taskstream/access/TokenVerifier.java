package io.taskstream.access;

/** Knows whose a token is. Thread-safe. */
@FunctionalInterface
public interface TokenVerifier {

    /**
     * What the token grants. May wait for keys to be fetched.
     *
     * @throws RefusedException if it grants nothing, now
     */
    Grant verify(String token);
}
