package io.taskstream.metrics;

import java.util.concurrent.atomic.LongAdder;

/**
 * The meters of appends.
 *
 * @param events number of events that were committed
 * @param bytes bytes of their data
 * @param appends time from the call to the commit, in nanoseconds
 * @param syncs time of each disk sync, or of each Redis call that appends, in nanoseconds; the engine records it
 */
public record LogMeters(LongAdder events, LongAdder bytes, Histogram appends, Histogram syncs) {

    /** Returns meters that have counted nothing. */
    public static LogMeters create() {
        return new LogMeters(new LongAdder(), new LongAdder(), Histogram.ofDurations(), Histogram.ofDurations());
    }
}
