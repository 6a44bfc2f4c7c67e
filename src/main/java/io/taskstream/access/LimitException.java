package io.taskstream.access;

import java.time.Duration;

/** Somebody, or everybody, has as much as there may be. The message is for the client. */
public final class LimitException extends RuntimeException {

    private static final long serialVersionUID = 1;

    private final long retrySeconds;
    private final boolean ofServer;

    private LimitException(String detail, long retrySeconds, boolean ofServer) {
        super(detail, null, false, false);
        this.retrySeconds = retrySeconds;
        this.ofServer = ofServer;
    }

    /** The client has reached a limit of its own, and may try again after that time. */
    static LimitException ofClient(String detail, Duration retry) {
        return new LimitException(detail, Math.max(1, retry.plusMillis(999).toSeconds()), false);
    }

    /** The server has reached a limit, whoever asks. */
    public static LimitException ofServer(String detail, Duration retry) {
        return new LimitException(detail, Math.max(1, retry.toSeconds()), true);
    }

    /** After how many seconds it may be worth trying again. */
    public long retrySeconds() {
        return retrySeconds;
    }

    /** Whether it is the server that has no more, and not the client. */
    public boolean isOfServer() {
        return ofServer;
    }
}
