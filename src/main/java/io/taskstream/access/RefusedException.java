package io.taskstream.access;

/**
 * Somebody is not who they must be, or says so in a way that is not understood. The message tells an operator why; it
 * holds nothing of what was presented, and a client is not told it.
 */
public final class RefusedException extends RuntimeException {

    private static final long serialVersionUID = 1;

    public RefusedException(String reason) {
        super(reason, null, false, false);
    }

    /** Why. */
    public String reason() {
        return String.valueOf(getMessage());
    }
}
