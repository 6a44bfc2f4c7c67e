package io.taskstream.access;

/**
 * Lets so many events through a second, with bursts of one second. Whoever takes more than is there goes into debt and
 * waits it out: so a batch larger than a burst passes, too.
 *
 * <p>Not thread-safe.
 */
final class TokenBucket {

    private static final double SECOND = 1e9;

    private final double perSecond;
    private double tokens;
    private long asOf;

    /**
     * @param perSecond at least 1; also the largest burst
     * @param now in nanoseconds
     */
    TokenBucket(int perSecond, long now) {
        this.perSecond = perSecond;
        this.tokens = perSecond;
        this.asOf = now;
    }

    /** How many nanoseconds are left until something may be taken; 0 if it may be now. */
    long delay(long now) {
        refill(now);
        return tokens > 0 ? 0 : (long) Math.ceil((-tokens + Math.min(1, perSecond)) / perSecond * SECOND);
    }

    /** Takes that many, whether or not they are there. */
    void take(int count, long now) {
        refill(now);
        tokens -= count;
    }

    /** Whether nothing has been taken for so long that this is as good as new. */
    boolean isFull(long now) {
        refill(now);
        return tokens >= perSecond;
    }

    private void refill(long now) {
        tokens = Math.min(perSecond, tokens + (now - asOf) / SECOND * perSecond);
        asOf = now;
    }
}
