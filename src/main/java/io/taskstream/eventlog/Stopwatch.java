package io.taskstream.eventlog;

import java.util.function.LongSupplier;

/**
 * Measures how long an engine's disk or network takes. Thread-safe.
 *
 * @param durations where what was measured is counted, in nanoseconds
 * @param nanos a monotonic clock, in nanoseconds
 */
public record Stopwatch(Distribution durations, LongSupplier nanos) {

    /** When what is to be measured begins. */
    public long start() {
        return nanos.getAsLong();
    }

    /** Counts the time since then. */
    public void stop(long start) {
        durations.record(nanos.getAsLong() - start);
    }
}
