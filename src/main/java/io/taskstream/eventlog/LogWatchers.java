package io.taskstream.eventlog;

import io.taskstream.eventlog.EventLog.LogWatcher;
import io.taskstream.eventlog.EventLog.Watch;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The watchers of one log, until it is deleted. Thread-safe; no lock is held while a watcher is called. */
public final class LogWatchers {

    private final List<LogWatcher> watchers = new CopyOnWriteArrayList<>();

    private final @Nullable RepeatedFailures failures;

    // Guarded by this.
    private boolean deleted;

    /** Creates watchers whose failures are thrown to the thread that notifies them. */
    public LogWatchers() {
        this.failures = null;
    }

    /** Creates watchers whose failures are logged; one that fails does not affect the others. */
    public LogWatchers(RepeatedFailures failures) {
        this.failures = failures;
    }

    /** Adds a watcher; returns false if the log is deleted. */
    public synchronized boolean add(LogWatcher watcher) {
        return !deleted && watchers.add(watcher);
    }

    /** Removes a watcher; returns whether none is left. */
    public boolean remove(LogWatcher watcher) {
        watchers.remove(watcher);
        return watchers.isEmpty();
    }

    /** Adds a watcher until the watch is closed; calls {@link LogWatcher#deleted()} at once if the log is deleted. */
    public Watch watch(LogWatcher watcher) {
        if (!add(watcher)) {
            watcher.deleted();
        }
        return () -> remove(watcher);
    }

    public boolean isEmpty() {
        return watchers.isEmpty();
    }

    /** Calls {@link LogWatcher#appended()} of each watcher. */
    public void notifyAppended() {
        notifyEach(LogWatcher::appended);
    }

    /** Calls {@link LogWatcher#deleted()} of each watcher, and accepts no further one. */
    public void notifyDeleted() {
        synchronized (this) {
            deleted = true;
        }
        notifyEach(LogWatcher::deleted);
    }

    private void notifyEach(Consumer<LogWatcher> notification) {
        for (LogWatcher watcher : watchers) {
            try {
                notification.accept(watcher);
            } catch (RuntimeException | Error e) {
                if (failures == null) {
                    throw e;
                }
                failures.report(e);
            }
        }
    }
}
