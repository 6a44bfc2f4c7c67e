package io.taskstream.metrics;

import java.util.concurrent.atomic.LongAdder;

/**
 * The meters of appends.
 *
 * @param events number of events that were committed
 * @param bytes bytes of their data
 * @param appends time from the call to the commit, in nanoseconds
 * @param syncs time of each disk sync, or of each Redis call that appends, in nanoseconds; the engine records it
 * @param commits times of the embedded engine's commits; it records them
 */
public record LogMeters(LongAdder events, LongAdder bytes, Histogram appends, Histogram syncs, Commits commits) {

    /**
     * How long the embedded engine is busy with one commit group, by what delays it, in nanoseconds.
     *
     * @param alone groups while no checkpoint was being written
     * @param checkpoints groups while a checkpoint was being written to the store
     * @param segments the beginning of each new segment of the journal, for which groups wait
     */
    public record Commits(Histogram alone, Histogram checkpoints, Histogram segments) {}

    /** Returns meters that have counted nothing. */
    public static LogMeters create() {
        return new LogMeters(
                new LongAdder(),
                new LongAdder(),
                Histogram.ofDurations(),
                Histogram.ofDurations(),
                new Commits(Histogram.ofDurations(), Histogram.ofDurations(), Histogram.ofDurations()));
    }
}
