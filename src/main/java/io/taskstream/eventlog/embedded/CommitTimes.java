package io.taskstream.eventlog.embedded;

import io.taskstream.metrics.LogMeters.Commits;
import java.util.function.LongSupplier;

/** Measures commit groups, by what delays them. Confined to the thread that commits, but for {@link #setCheckpointing}. */
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

    /** Says whether a checkpoint is being written to the store. Any thread may call it. */
    void setCheckpointing(boolean newIsCheckpointing) {
        isCheckpointing = newIsCheckpointing;
    }

    void beginGroup() {
        wasCheckpointing = isCheckpointing;
        start = nanos.getAsLong();
    }

    /** Records the time of the group, which was committed. */
    void endGroup() {
        // A checkpoint that has begun or ended meanwhile shared the disk with the group, too.
        (wasCheckpointing || isCheckpointing ? commits.checkpoints() : commits.alone())
                .record(nanos.getAsLong() - start);
    }
}
