package io.taskstream.it.server;

import java.time.Duration;
import java.util.function.BooleanSupplier;

/** Waits for conditions, and names the one that did not come true. */
public final class Await {

    private Await() {}

    /**
     * Returns once the condition holds.
     *
     * @throws AssertionError if it doesn't in time
     */
    public static void until(String what, Duration patience, BooleanSupplier condition) {
        long deadline = System.nanoTime() + patience.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - deadline > 0) {
                throw new AssertionError("After " + patience.toSeconds() + " s it is not so that " + what);
            }
            sleep(Duration.ofMillis(20));
        }
    }

    /** Lets real time pass. */
    public static void sleep(Duration duration) {
        try {
            Thread.sleep(duration.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
