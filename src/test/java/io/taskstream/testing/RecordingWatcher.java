package io.taskstream.testing;

import io.taskstream.eventlog.EventLog.LogWatcher;
import java.util.concurrent.atomic.AtomicInteger;

/** Counts its notifications. */
public final class RecordingWatcher implements LogWatcher {

    private final AtomicInteger appended = new AtomicInteger();
    private final AtomicInteger deleted = new AtomicInteger();

    @Override
    public void appended() {
        appended.incrementAndGet();
    }

    @Override
    public void deleted() {
        deleted.incrementAndGet();
    }

    public int timesAppended() {
        return appended.get();
    }

    public int timesDeleted() {
        return deleted.get();
    }
}
