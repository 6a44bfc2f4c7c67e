package io.taskstream.access.limit;

/**
 * A token bucket that holds the tokens of one second. Taking more than it holds leaves a debt, which has to be waited out:
 * so a batch that is larger than a burst passes, too.
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

    /** Returns how many nanoseconds are left until there is a token; 0 if there is one. */
    long delay(long now) {
        refill(now);
        return tokens > 0 ? 0 : (long) Math.ceil((-tokens + Math.min(1, perSecond)) / perSecond * SECOND);
    }

    /** Takes that many tokens, even if there are fewer. */
    void take(int count, long now) {
        refill(now);
        tokens -= count;
    }

    /** Whether the bucket is full, and so equal to a new one. */
    boolean isFull(long now) {
        refill(now);
        return tokens >= perSecond;
    }

    private void refill(long now) {
        tokens = Math.min(perSecond, tokens + (now - asOf) / SECOND * perSecond);
        asOf = now;
    }
}
