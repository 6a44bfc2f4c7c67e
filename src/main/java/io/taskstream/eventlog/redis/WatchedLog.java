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
 * A log that is watched here, and its recent frames, which are fetched once for all who watch. Thread-safe; the lock is
 * held for copying bytes only. Watchers are told by the executor.
 */
final class WatchedLog {

    private static final RepeatedFailures FAILURES = new RepeatedFailures(
            System.getLogger(WatchedLog.class.getName()), "What is new in a log could not be told; it is read again");

    private static final int RECENT_EVENTS = 1_024;
    private static final int RECENT_BYTES = 1 << 20;
    private static final int PAGE_BYTES = 256 << 10;

    /** How many events before the end are fetched at first, for those who come later. */
    private static final int FIRST_EVENTS = 256;

    private final TaskId id;
    private final String epoch;
    private final LogSource source;
    private final LogWatchers watchers = new LogWatchers(FAILURES);
    private final AtomicBoolean looking = new AtomicBoolean();

    private final List<Waiting> waiting = new ArrayList<>();
    private RecentFrames frames;
    private @Nullable Instant lastTime;
    private long known;
    private long knownAtFetch;
    private boolean finished;
    private boolean fetching;
    private boolean fetchAgain;
    private boolean owesWake;
    private boolean gone;

    WatchedLog(LogState state, LogSource source) {
        this.id = state.task().id();
        this.epoch = state.last().epoch();
        this.source = source;
        this.known = state.last().sequence();
        this.frames = framesAfter(Math.max(state.oldest() - 1, known - FIRST_EVENTS));
    }

    /** Where a watched log gets its pages, and whom it tells that it is no more. */
    interface LogSource {

        /** Reads what follows a sequence, and the time of the event before; the executor is told the page, or the failure. */
        void page(TaskId id, long after, int maxBytes, BiConsumer<Optional<LogPage>, Throwable> then);

        /** The log is deleted, or is another one now. */
        void gone(WatchedLog log);

        /** Gives the log another epoch in place of that one, since Redis has lost what it had acknowledged. */
        CompletionStage<?> renew(TaskId id, String epoch);

        /** Has the work done by a thread that may take its time. */
        void execute(Runnable work);
    }

    private record Waiting(long after, int maxBytes, CompletableFuture<Chunk> answer) {}

    private RecentFrames framesAfter(long sequence) {
        lastTime = null;
        return new RecentFrames(new EventId(epoch, sequence), RECENT_EVENTS, RECENT_BYTES);
    }

    TaskId id() {
        return id;
    }

    /** Adds a watcher; answers false if the log is gone. */
    synchronized boolean add(LogWatcher watcher) {
        return !gone && watchers.add(watcher);
    }

    /** Removes a watcher, and answers whether there is none left. */
    boolean remove(LogWatcher watcher) {
        return watchers.remove(watcher);
    }

    /** What follows a sequence; {@code null} if that is not among the recent frames. */
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

    /** The log is known to reach that far. */
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

    /** Reads what is missing, now or, if that is being done, once more. */
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

    /** Whether the log may be looked at now, since no other look waits for Redis. */
    boolean beginLook() {
        return looking.compareAndSet(false, true);
    }

    void endLook() {
        looking.set(false);
    }

    /** A read failed for someone who watches, and who must be woken to try again. */
    synchronized void oweWake() {
        owesWake = true;
    }

    private void failed(Throwable failure) {
        List<Waiting> failed;
        synchronized (this) {
            fetching = false;
            owesWake = true;
            failed = List.copyOf(waiting);
            waiting.clear();
        }
        EventLogException reason = Failures.asEventLogException(failure);
        source.execute(() -> failed.forEach(each -> each.answer().completeExceptionally(reason)));
    }

    private void fetched(LogPage page) {
        boolean hasNews;
        boolean goesOn;
        boolean hasLost;
        try {
            synchronized (this) {
                hasLost = page.last().sequence() < knownAtFetch || isAnother(page.timeBefore());
                hasNews = !hasLost && take(page);
                hasNews |= owesWake;
                owesWake = false;
                goesOn = !hasLost && (fetchAgain || frames.last() < page.last().sequence());
                fetching = false;
            }
        } catch (RuntimeException | Error e) {
            // Or nothing of this log would ever be read again.
            FAILURES.report(e);
            failed(e);
            return;
        }
        if (hasLost) {
            // Streams end only when the log has another epoch, or who comes back would go on in the old one. If that
            // fails now, the next look finds the same.
            source.renew(id, epoch).thenRun(() -> source.execute(this::end));
            return;
        }
        answerWaiting();
        if (hasNews) {
            watchers.notifyAppended();
        }
        if (goesOn) {
            fetch();
        }
    }

    /** Whether the event before the page is not the one that was read last: what was lost has been appended over. */
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
        return hasHole || !events.isEmpty();
    }

    private void answerWaiting() {
        List<Waiting> ready = new ArrayList<>();
        synchronized (this) {
            waiting.removeIf(each -> (each.after() < frames.last() || frames.last() >= known) && ready.add(each));
        }
        if (!ready.isEmpty()) {
            source.execute(() -> ready.forEach(this::answer));
        }
    }

    private void answer(Waiting each) {
        Chunk chunk;
        synchronized (this) {
            chunk = frames.chunk(each.after(), each.maxBytes(), finished);
        }
        each.answer().complete(chunk);
    }

    /** Tells all that the log is gone. */
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
        source.gone(this);
        source.execute(
                () -> left.forEach(each -> each.answer().completeExceptionally(new EventLogException.NoSuchTask(id))));
        watchers.notifyDeleted();
    }
}
