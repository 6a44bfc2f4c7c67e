package io.taskstream.access;

/**
 * A credential is missing, invalid, expired or revoked. The message is for operators: it contains nothing of the
 * credential, and clients do not get it.
 */
public final class RefusedException extends RuntimeException {

    private static final long serialVersionUID = 1;

    public RefusedException(String reason) {
        super(reason, null, false, false);
    }

    /** Returns the reason, for operators. */
    public String reason() {
        return String.valueOf(getMessage());
    }
}
