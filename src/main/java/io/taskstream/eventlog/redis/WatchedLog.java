package io.taskstream.eventlog.redis;

import io.taskstream.eventlog.Chunk;
import io.taskstream.eventlog.EventId;
import io.taskstream.eventlog.EventLog.LogWatcher;
import io.taskstream.eventlog.EventLogException;
import io.taskstream.eventlog.Frames;
import io.taskstream.eventlog.LogState;
import io.taskstream.eventlog.LogWatchers;
import io.taskstream.eventlog.RecentFrames;
import io.taskstream.eventlog.RepeatedFailures;
import io.taskstream.eventlog.StoredEvent;
import io.taskstream.task.TaskId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A log that is watched on this server, with its recent frames, which are fetched once for all watchers. Thread-safe; the
 * lock is held for copying bytes only. Watchers are notified on the executor.
 */
final class WatchedLog {

    private static final RepeatedFailures FAILURES = new RepeatedFailures(
            System.getLogger(WatchedLog.class.getName()), "Watchers of a log could not be notified; it is read again");

    private static final int RECENT_EVENTS = 1_024;
    private static final int RECENT_BYTES = 1 << 20;
    private static final int PAGE_BYTES = 256 << 10;

    /** The number of events before the end that are fetched at first, for watchers that join later. */
    private static final int FIRST_EVENTS = 256;

    private final TaskId id;
    private final String epoch;
    private final LogSource source;
    private final LogWatchers watchers = new LogWatchers(FAILURES);
    private final AtomicBoolean checking = new AtomicBoolean();

    private final List<Waiting> waiting = new ArrayList<>();
    private RecentFrames frames;
    private @Nullable Instant lastTime;
    private long known;
    private long knownAtFetch;
    private long uploadChanges;
    private boolean finished;
    private boolean fetching;
    private boolean fetchAgain;
    private boolean notifyNext;
    private boolean gone;

    WatchedLog(LogState state, LogSource source) {
        this.id = state.task().id();
        this.epoch = state.last().epoch();
        this.source = source;
        this.known = state.last().sequence();
        this.frames = framesAfter(Math.max(state.oldest() - 1, known - FIRST_EVENTS));
    }

    /** The source of pages, and the owner of the log. */
    interface LogSource {

        /** Reads the events after a sequence, and the time of the event before. Passes on the page, or the failure, on the executor. */
        void page(TaskId id, long after, int maxBytes, BiConsumer<Optional<LogPage>, Throwable> then);

        /** Removes the log, which was deleted or has another epoch now. */
        void remove(WatchedLog log);

        /** Replaces the epoch of the log, since Redis has lost acknowledged events. */
        CompletionStage<?> renew(TaskId id, String epoch);

        /** Runs the work on the executor. */
        void execute(Runnable work);
    }

    private record Waiting(long after, int maxBytes, CompletableFuture<Chunk> result) {}

    private RecentFrames framesAfter(long sequence) {
        lastTime = null;
        return new RecentFrames(new EventId(epoch, sequence), RECENT_EVENTS, RECENT_BYTES);
    }

    TaskId id() {
        return id;
    }

    /** Adds a watcher. Returns false if the log is gone. */
    synchronized boolean add(LogWatcher watcher) {
        return !gone && watchers.add(watcher);
    }

    /** Removes a watcher. Returns whether none is left. */
    boolean remove(LogWatcher watcher) {
        return watchers.remove(watcher);
    }

    /** Returns the frames after a sequence; {@code null} if they are older than the recent frames. */
    @Nullable
    CompletionStage<Chunk> read(long after, int maxBytes) {
        var later = new CompletableFuture<Chunk>();
        synchronized (this) {
            if (gone || after < frames.oldest() - 1) {
                return null;
            }
            if (after < frames.last() || frames.last() >= known) {
                return CompletableFuture.completedStage(frames.chunk(after, maxBytes, finished));
            }
            waiting.add(new Waiting(after, maxBytes, later));
        }
        fetch();
        return later;
    }

    /** Fetches new events up to that one. */
    void reached(EventId last) {
        synchronized (this) {
            if (last.epoch().equals(epoch)) {
                known = Math.max(known, last.sequence());
                if (known <= frames.last()) {
                    return;
                }
            }
        }
        fetch();
    }

    /** Fetches new events; once more if a fetch is under way. */
    void fetch() {
        long after;
        synchronized (this) {
            if (gone || fetching) {
                fetchAgain = true;
                return;
            }
            fetching = true;
            fetchAgain = false;
            knownAtFetch = known;
            after = frames.last();
        }
        source.page(id, after, PAGE_BYTES, (page, failure) -> {
            if (failure != null) {
                failed(failure);
            } else if (page.isPresent() && page.get().last().epoch().equals(epoch)) {
                fetched(page.get());
            } else {
                end();
            }
        });
    }

    /** Begins a check of the log. Returns false if one is under way. */
    boolean beginCheck() {
        return checking.compareAndSet(false, true);
    }

    void endCheck() {
        checking.set(false);
    }

    /** Has the watchers notified after the next fetch, since a read of one has failed, which then tries again. */
    synchronized void notifyAfterNextFetch() {
        notifyNext = true;
    }

    private void failed(Throwable failure) {
        List<Waiting> failed;
        synchronized (this) {
            fetching = false;
            notifyNext = true;
            failed = List.copyOf(waiting);
            waiting.clear();
        }
        EventLogException reason = Replies.asEventLogException(failure);
        source.execute(() -> failed.forEach(each -> each.result().completeExceptionally(reason)));
    }

    private void fetched(LogPage page) {
        boolean hasNews;
        boolean hasMore;
        boolean hasLost;
        try {
            synchronized (this) {
                hasLost = page.last().sequence() < knownAtFetch || isAnother(page.timeBefore());
                hasNews = !hasLost && take(page);
                hasNews |= notifyNext;
                notifyNext = false;
                hasMore = !hasLost && (fetchAgain || frames.last() < page.last().sequence());
                fetching = false;
            }
        } catch (RuntimeException | Error e) {
            // Otherwise nothing of this log would ever be fetched again.
            FAILURES.report(e);
            failed(e);
            return;
        }
        if (hasLost) {
            // End streams only after the epoch was replaced; otherwise viewers would resume in the old one. If that
            // fails, the next fetch finds the loss again.
            source.renew(id, epoch).thenRun(() -> source.execute(this::end));
            return;
        }
        completeWaiting();
        if (hasNews) {
            watchers.notifyAppended();
        }
        if (hasMore) {
            fetch();
        }
    }

    /** Whether the event before the page is not the last one known, since lost events were replaced by new ones. */
    private boolean isAnother(@Nullable Instant timeBefore) {
        return timeBefore != null && lastTime != null && !timeBefore.equals(lastTime);
    }

    private boolean take(LogPage page) {
        List<StoredEvent> events = page.events();
        long next = events.isEmpty()
                ? page.last().sequence() + 1
                : events.get(0).id().sequence();
        boolean hasHole = next > frames.last() + 1;
        if (hasHole) {
            frames = framesAfter(next - 1);
        }
        for (StoredEvent event : events) {
            frames.add(Frames.encode(event.id(), event.data()), event.time());
            lastTime = event.time();
        }
        known = Math.max(known, page.last().sequence());
        finished = page.isFinished() && frames.last() == page.last().sequence();
        boolean hasUploadChanges = page.uploadChanges() != uploadChanges;
        uploadChanges = page.uploadChanges();
        return hasHole || hasUploadChanges || !events.isEmpty();
    }

    private void completeWaiting() {
        List<Waiting> ready = new ArrayList<>();
        synchronized (this) {
            waiting.removeIf(each -> (each.after() < frames.last() || frames.last() >= known) && ready.add(each));
        }
        if (!ready.isEmpty()) {
            source.execute(() -> ready.forEach(this::complete));
        }
    }

    private void complete(Waiting each) {
        Chunk chunk;
        synchronized (this) {
            chunk = frames.chunk(each.after(), each.maxBytes(), finished);
        }
        each.result().complete(chunk);
    }

    /** Marks the log as gone, and notifies all watchers. */
    void end() {
        List<Waiting> left;
        synchronized (this) {
            if (gone) {
                return;
            }
            gone = true;
            left = List.copyOf(waiting);
            waiting.clear();
        }
        source.remove(this);
        source.execute(
                () -> left.forEach(each -> each.result().completeExceptionally(new EventLogException.NoSuchTask(id))));
        watchers.notifyDeleted();
    }
}
