package io.taskstream.run;

import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * When the next request is due, and what the user hears of those that failed: once that they fail, and once that they succeed
 * again. One thread uses it.
 */
final class Retries {

    private static final long FIRST_DELAY_NANOS = TimeUnit.MILLISECONDS.toNanos(200);
    private static final long LONGEST_DELAY_NANOS = TimeUnit.SECONDS.toNanos(5);

    /** After an answer that only another token or another setting of the server can change. */
    private static final long SLOW_DELAY_NANOS = TimeUnit.SECONDS.toNanos(30);

    private final LongSupplier nanos;
    private final RandomGenerator random;
    private final Consumer<String> say;
    private long notBefore;
    private long lastSuccess;
    private int failures;
    private @Nullable String trouble;

    Retries(LongSupplier nanos, RandomGenerator random, Consumer<String> say) {
        this.nanos = nanos;
        this.random = random;
        this.say = say;
        this.notBefore = nanos.getAsLong();
        this.lastSuccess = notBefore;
    }

    /** Returns when {@link #succeeded} was called the last time; at first, when this was made. */
    long lastSuccess() {
        return lastSuccess;
    }

    /** Returns when the next request is due. */
    long notBefore() {
        return notBefore;
    }

    /** Makes the next request wait until a time. */
    void pace(long time) {
        notBefore = Math.max(notBefore, time);
    }

    /** Notes that publishing has advanced. An answer that only tells how far it is does not count. */
    void succeeded() {
        failures = 0;
        lastSuccess = nanos.getAsLong();
        if (trouble != null) {
            say.accept("the server is back; publishing goes on");
        }
        trouble = null;
    }

    /**
     * Notes a failure that passes by itself.
     *
     * @param retryAfterSeconds how long the server asks to wait, 0 if it does not
     * @return the nanoseconds until the next request
     */
    long failed(@Nullable String reason, long retryAfterSeconds) {
        // One failure alone is no loss: a server closes idle connections.
        if (failures > 0) {
            tell("the server is away", " (" + reason + "); the output is kept, and published when it is back");
        }
        return again(retryAfterSeconds);
    }

    /** Notes a failure that does not pass by itself, and returns the nanoseconds until the next request. */
    long refused(String reason) {
        tell(reason, "; the output is kept, and the runner tries again");
        return delay(SLOW_DELAY_NANOS);
    }

    /** Returns the nanoseconds until the next request, after a failure that needs no words. */
    long again(long retryAfterSeconds) {
        long delay = Math.min(LONGEST_DELAY_NANOS, FIRST_DELAY_NANOS << Math.min(failures, 10));
        failures++;
        return delay(Math.max(delay, TimeUnit.SECONDS.toNanos(retryAfterSeconds)));
    }

    private void tell(String what, String details) {
        if (!what.equals(trouble)) {
            say.accept(what + details);
        }
        trouble = what;
    }

    /** Up to half as much again, so that producers do not return together. */
    private long delay(long time) {
        long delay = time + random.nextLong(time / 2 + 1);
        notBefore = nanos.getAsLong() + delay;
        return delay;
    }
}
