package io.taskstream.ops;

import io.taskstream.stream.Heartbeats;
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

    /** The same with a sweep now and then, for when the scheduler does not turn the heartbeats any more. */
    default Pause sweeping(Heartbeats heartbeats) {
        return duration -> {
            Duration left = duration;
            while (left.compareTo(Heartbeats.PERIOD) > 0) {
                take(Heartbeats.PERIOD);
                heartbeats.sweep();
                left = left.minus(Heartbeats.PERIOD);
            }
            take(left);
            heartbeats.sweep();
        };
    }

    /** Really sleeps. */
    static Pause system() {
        return duration -> Thread.sleep(duration.toMillis(), duration.toNanosPart() % 1_000_000);
    }
}
