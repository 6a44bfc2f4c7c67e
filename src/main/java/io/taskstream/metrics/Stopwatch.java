package io.taskstream.metrics;

import java.util.function.LongSupplier;

/**
 * A timer of an engine's disk syncs or network calls. Thread-safe.
 *
 * @param durations receives the measured times, in nanoseconds
 * @param nanos a monotonic clock, in nanoseconds
 */
public record Stopwatch(Histogram durations, LongSupplier nanos) {

    /** Returns the current time, for {@link #stop}. */
    public long start() {
        return nanos.getAsLong();
    }

    /** Records the time since {@code start}. */
    public void stop(long start) {
        durations.record(nanos.getAsLong() - start);
    }
}
