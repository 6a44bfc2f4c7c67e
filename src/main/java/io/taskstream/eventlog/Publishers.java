package io.taskstream.eventlog;

import java.util.concurrent.atomic.AtomicInteger;

/** Counts the requests that are publishing, so that the log is not closed under them. Thread-safe. */
public final class Publishers {

    private final AtomicInteger publishing = new AtomicInteger();

    /** One begins; it must {@link #end} once. */
    public void begin() {
        publishing.incrementAndGet();
    }

    /** One has answered. */
    public void end() {
        publishing.decrementAndGet();
    }

    /** How many there are now. */
    public int count() {
        return publishing.get();
    }
}
