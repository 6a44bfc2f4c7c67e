package io.taskstream.eventlog.embedded;

import io.taskstream.eventlog.EventLogException;
import java.util.concurrent.atomic.AtomicLong;

/** Bounds the bytes of frames, tasks and keys that wait in the heap for the store to take them. Thread-safe. */
final class DirtyBudget {

    private static final long MANY = 8 << 20;
    private static final long MOST = 48 << 20;

    private final AtomicLong bytes = new AtomicLong();
    private final Runnable whenMany;
    private volatile boolean stuck;

    /**
     * @param whenMany is run when it is time to store them
     */
    DirtyBudget(Runnable whenMany) {
        this.whenMany = whenMany;
    }

    long bytes() {
        return bytes.get();
    }

    /** Nothing waits any more. */
    void reset() {
        bytes.set(0);
    }

    void add(long added) {
        if (bytes.addAndGet(added) >= MANY) {
            whenMany.run();
        }
    }

    boolean isMany() {
        return bytes.get() >= MANY;
    }

    /** Whether nothing should be appended until the store has caught up, which it will. */
    boolean isFull() {
        return !stuck && bytes.get() >= MOST;
    }

    /** Says whether the store takes nothing at present. */
    void stuck(boolean isStuck) {
        stuck = isStuck;
    }

    /**
     * @throws EventLogException.Unavailable if there are too many bytes and the store takes nothing
     */
    void check() {
        if (bytes.get() >= MOST) {
            throw new EventLogException.Unavailable(
                    "The log's store can't be written, and the heap holds no more", null);
        }
    }
}
