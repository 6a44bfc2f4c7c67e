package io.taskstream.access;

import java.time.Duration;

/** A quota or rate limit is exhausted, of one client or of the server. The message is for the client. */
public final class LimitException extends RuntimeException {

    private static final long serialVersionUID = 1;

    private final long retrySeconds;
    private final boolean ofServer;

    private LimitException(String detail, long retrySeconds, boolean ofServer) {
        super(detail, null, false, false);
        this.retrySeconds = retrySeconds;
        this.ofServer = ofServer;
    }

    /** Reports that the client has exhausted a limit of its own, and may try again after that time. */
    public static LimitException ofClient(String detail, Duration retry) {
        return new LimitException(detail, Math.max(1, retry.plusMillis(999).toSeconds()), false);
    }

    /** Reports that the server as a whole has exhausted a limit. */
    public static LimitException ofServer(String detail, Duration retry) {
        return new LimitException(detail, Math.max(1, retry.toSeconds()), true);
    }

    /** Returns the value for {@code Retry-After}, in seconds. */
    public long retrySeconds() {
        return retrySeconds;
    }

    /** Whether the limit is the server's, not the client's. */
    public boolean isOfServer() {
        return ofServer;
    }
}
