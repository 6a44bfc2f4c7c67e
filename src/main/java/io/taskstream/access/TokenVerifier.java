package io.taskstream.access;

/** Verifies tokens. Thread-safe. */
@FunctionalInterface
public interface TokenVerifier {

    /**
     * Returns the grant of the token. May block until keys are fetched.
     *
     * @throws RefusedException if the token is not valid now
     */
    Grant verify(String token);
}
