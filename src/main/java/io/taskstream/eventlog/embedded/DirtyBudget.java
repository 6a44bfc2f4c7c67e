package io.taskstream.eventlog.embedded;

import io.taskstream.eventlog.EventLogException;
import java.util.concurrent.atomic.AtomicLong;

/** A bound of the bytes in the heap that the store lacks. Thread-safe. */
final class DirtyBudget {

    private static final long MANY = 8 << 20;
    private static final long MAX = 48 << 20;

    private final AtomicLong bytes = new AtomicLong();
    private final Runnable requestCheckpoint;
    private volatile boolean isStoreFailing;

    /**
     * @param requestCheckpoint runs when many bytes are dirty
     */
    DirtyBudget(Runnable requestCheckpoint) {
        this.requestCheckpoint = requestCheckpoint;
    }

    void reset() {
        bytes.set(0);
    }

    void add(long added) {
        if (bytes.addAndGet(added) >= MANY) {
            requestCheckpoint.run();
        }
    }

    boolean isMany() {
        return bytes.get() >= MANY;
    }

    /** Returns whether commits must wait for a checkpoint, which will come. */
    boolean isFull() {
        return !isStoreFailing && bytes.get() >= MAX;
    }

    void setStoreFailing(boolean isFailing) {
        isStoreFailing = isFailing;
    }

    /**
     * @throws EventLogException.Unavailable if the budget is used up and no checkpoint succeeds
     */
    void check() {
        if (bytes.get() >= MAX) {
            throw new EventLogException.Unavailable(
                    "The log's store can't be written, and the heap holds no more", null);
        }
    }
}
