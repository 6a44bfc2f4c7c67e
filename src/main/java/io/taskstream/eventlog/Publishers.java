package io.taskstream.eventlog;

import java.util.concurrent.atomic.AtomicInteger;

/** Counts the requests that are publishing, so that the log is not closed before they have answered. Thread-safe. */
public final class Publishers {

    private final AtomicInteger publishing = new AtomicInteger();

    /** Counts a request until {@link #end}. */
    public void begin() {
        publishing.incrementAndGet();
    }

    /** Ends a request. */
    public void end() {
        publishing.decrementAndGet();
    }

    /** Returns the number of requests now. */
    public int count() {
        return publishing.get();
    }
}
