package io.taskstream.ops;

import java.time.Duration;

/** Lets time pass, so that tests can let it pass by hand. */
@FunctionalInterface
public interface Pause {

    /**
     * Returns after that time.
     *
     * @throws InterruptedException if the thread is told to hurry
     */
    void take(Duration duration) throws InterruptedException;

    /** Really sleeps. */
    static Pause system() {
        return duration -> Thread.sleep(duration.toMillis(), duration.toNanosPart() % 1_000_000);
    }
}
