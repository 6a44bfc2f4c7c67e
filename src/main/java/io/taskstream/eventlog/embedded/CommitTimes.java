package io.taskstream.eventlog.embedded;

import io.taskstream.metrics.LogMeters.Commits;
import java.util.function.LongSupplier;

/**
 * Measures commit groups, by what delays them. Only the thread that commits may call it; only {@link #setCheckpointing} is
 * thread-safe.
 */
final class CommitTimes {

    private final Commits commits;
    private final LongSupplier nanos;

    private volatile boolean isCheckpointing;
    private boolean wasCheckpointing;
    private long start;

    /**
     * @param commits receives the measured times
     * @param nanos a monotonic clock, in nanoseconds
     */
    CommitTimes(Commits commits, LongSupplier nanos) {
        this.commits = commits;
        this.nanos = nanos;
    }

    /** Says whether a checkpoint is being written to the store. */
    void setCheckpointing(boolean newIsCheckpointing) {
        isCheckpointing = newIsCheckpointing;
    }

    void beginGroup() {
        wasCheckpointing = isCheckpointing;
        start = nanos.getAsLong();
    }

    /** Records the time of the group, which was committed. */
    void endGroup() {
        // Also a checkpoint that has ended meanwhile, or begun, shares the disk with the group.
        (wasCheckpointing || isCheckpointing ? commits.checkpoints() : commits.alone())
                .record(nanos.getAsLong() - start);
    }
}
