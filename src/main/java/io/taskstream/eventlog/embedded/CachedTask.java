package io.taskstream.eventlog.embedded;

import io.taskstream.eventlog.Chunk;
import io.taskstream.eventlog.EventId;
import io.taskstream.eventlog.EventLog.LogWatcher;
import io.taskstream.eventlog.EventLog.Watch;
import io.taskstream.eventlog.EventLogException;
import io.taskstream.eventlog.Frames;
import io.taskstream.eventlog.LogState;
import io.taskstream.eventlog.RecentFrames;
import io.taskstream.eventlog.StoredEvent;
import io.taskstream.task.Task;
import io.taskstream.task.TaskId;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A task that is published to or watched, or of which the store does not have everything yet: its state and its recent
 * frames, among them all that are not in the store.
 *
 * <p>Thread-safe; the lock is held for copying bytes only. What is shown here has been committed; what is about to be is
 * in the {@link StagedTask}.
 */
final class CachedTask {

    /** About what a task, an event and a key take in the heap beside their bytes. */
    private static final long TASK_COST = 2_048;

    private static final long EVENT_COST = 24;
    private static final long KEY_COST = 256;

    private static final int EVICTED = -1;

    private final long ordinal;
    private final EventId before;
    private final List<LogWatcher> watchers = new CopyOnWriteArrayList<>();

    private Task task;
    private RecentFrames frames;
    private long oldest;
    private long stored;
    private long storedBytes;
    private Map<String, KeyAnswer> unstoredKeys = new HashMap<>();

    /** By keys that are being looked up in the store. */
    private final Map<String, LookUp> lookUps = new HashMap<>();

    /** How many appends and the like need it in the heap; {@link #EVICTED} when it has left the heap. */
    private final AtomicInteger pins = new AtomicInteger();

    private boolean deleted;
    private long version;
    private long storedVersion;
    private long unstoredCost;
    private volatile long lastUse;

    /** A task as it is in the store. */
    CachedTask(StoredTask from) {
        this.ordinal = from.ordinal();
        this.task = from.task();
        this.before = new EventId(from.epoch(), 0);
        this.oldest = from.oldest();
        this.stored = from.last();
        this.storedBytes = from.bytes();
        this.frames = framesAfter(from.last());
    }

    /** A task that is to be created. */
    static CachedTask created(long ordinal, String epoch, Task task) {
        return new CachedTask(new StoredTask(ordinal, task, epoch, 0, 1, 0));
    }

    /** Says that it is created. Answers how many bytes of the heap wait for the store to have that. */
    synchronized long publishCreation() {
        return changed(0);
    }

    private long changed(long cost) {
        long more = unstoredCost == 0 ? cost + TASK_COST : cost;
        unstoredCost += more;
        version++;
        return more;
    }

    private RecentFrames framesAfter(long sequence) {
        // Frames that are not in the store may not be dropped, so the bounds are kept elsewhere.
        return new RecentFrames(before.at(sequence), Integer.MAX_VALUE, Long.MAX_VALUE);
    }

    long ordinal() {
        return ordinal;
    }

    /** The place before the first event. */
    EventId before() {
        return before;
    }

    synchronized TaskId id() {
        return task.id();
    }

    synchronized boolean isDeleted() {
        return deleted;
    }

    /** When it was last published to or read, in the milliseconds of the engine's clock. */
    long lastUse() {
        return lastUse;
    }

    synchronized LogState state() {
        return new LogState(task, before.at(frames.last()), oldest);
    }

    /** Keeps it in the heap until {@link #unpin}. Answers whether that could be done: it may have just left. */
    boolean pin() {
        return pins.getAndUpdate(count -> count == EVICTED ? EVICTED : count + 1) != EVICTED;
    }

    void unpin() {
        pins.getAndDecrement();
    }

    private static final class LookUp {
        private int count;
        private @Nullable KeyAnswer answer;
    }

    /** Says that the key is about to be looked up in the store. */
    synchronized void beginLookUp(String key) {
        lookUps.computeIfAbsent(key, none -> new LookUp()).count++;
    }

    /** Says that what was found in the store is not needed any more. */
    synchronized void endLookUp(String key) {
        lookUps.computeIfPresent(key, (same, lookUp) -> --lookUp.count == 0 ? null : lookUp);
    }

    /**
     * What a batch with this key was answered, if the store does not have that yet, or has got it while the key is being
     * looked up.
     */
    synchronized @Nullable KeyAnswer newKey(String key) {
        KeyAnswer unstored = unstoredKeys.get(key);
        if (unstored != null) {
            return unstored;
        }
        LookUp lookUp = lookUps.get(key);
        return lookUp == null ? null : lookUp.answer;
    }

    /** Shows what has been committed. Answers how many bytes of the heap wait for the store to have that. */
    synchronized long publish(JournalRecord.BatchAppended added) {
        if (added.first() > frames.last() + 1) {
            skipTo(added.first());
        }
        Instant time = Instant.ofEpochMilli(added.timeMillis());
        long cost = 0;
        long sequence = added.first();
        for (byte[] json : added.events()) {
            byte[] frame = Frames.encode(before.at(sequence++), json);
            frames.add(frame, time, added.traceparent());
            cost += frame.length + EVENT_COST;
        }
        if (added.end() != null) {
            task = task.finish(added.end(), time);
        }
        if (added.key() != null) {
            unstoredKeys.put(added.key(), KeyAnswer.of(added));
            cost += KEY_COST + added.key().length();
        }
        lastUse = added.timeMillis();
        return changed(cost);
    }

    /** After a loss: nothing before that event is kept, so that no number is given twice and the hole is told. */
    private void skipTo(long first) {
        frames = framesAfter(first - 1);
        oldest = first;
        stored = first - 1;
    }

    /** Says that it is deleted. Answers how many bytes of the heap wait for the store to have that. */
    long publishDeletion() {
        long cost;
        synchronized (this) {
            deleted = true;
            cost = changed(0);
        }
        watchers.forEach(LogWatcher::deleted);
        return cost;
    }

    void notifyAppended() {
        watchers.forEach(LogWatcher::appended);
    }

    /**
     * The frames behind a sequence, or {@code null} if the store must be asked.
     *
     * @throws EventLogException.NoSuchTask if the task is deleted
     */
    synchronized @Nullable Chunk recent(long after, int maxBytes, long nowMillis) {
        checkThere();
        lastUse = nowMillis;
        long behind = Math.max(after, oldest - 1);
        return behind + 1 >= frames.oldest()
                ? frames.chunk(behind, maxBytes, task.status().isFinished())
                : null;
    }

    /** The events behind a sequence, {@code null} if the heap has not all of those that are kept. */
    synchronized @Nullable List<StoredEvent> recentEvents(long after, int limit) {
        return Math.max(after + 1, oldest) < frames.oldest() ? null : frames.events(after, limit);
    }

    /** The sequence of the oldest event that is in the heap. */
    synchronized long oldestRecent() {
        return frames.oldest();
    }

    private void checkThere() {
        if (deleted) {
            throw new EventLogException.NoSuchTask(task.id());
        }
    }

    /** Watches the log; the task must be pinned. */
    Watch watch(LogWatcher watcher) {
        boolean gone;
        synchronized (this) {
            gone = deleted;
            if (!gone) {
                watchers.add(watcher);
            }
        }
        if (gone) {
            watcher.deleted();
        }
        return () -> watchers.remove(watcher);
    }

    /** What the store has to take: everything up to now. */
    synchronized DirtyTask unstored() {
        long last = frames.last();
        return new DirtyTask(
                this,
                new StoredTask(ordinal, task, before.epoch(), last, oldest, storedBytes),
                stored,
                Map.copyOf(unstoredKeys),
                deleted,
                version,
                unstoredCost);
    }

    /** Shows the frames from that sequence on, one group at a time so that the lock is held for short. */
    synchronized void visit(long from, RecentFrames.FrameVisitor visitor) {
        frames.visit(from, visitor);
    }

    /** The store has that now. */
    synchronized void stored(DirtyTask was, StoredTask now) {
        stored = now.last();
        storedVersion = was.version();
        unstoredCost -= was.cost();
        was.keys().forEach(this::stored);
        trimmed(now);
    }

    private void stored(String key, KeyAnswer answer) {
        unstoredKeys.remove(key, answer);
        LookUp lookUp = lookUps.get(key);
        if (lookUp != null) {
            // The store may have been read before.
            lookUp.answer = answer;
        }
    }

    /** The store has let go of its oldest events. */
    synchronized void trimmed(StoredTask now) {
        storedBytes = now.bytes();
        oldest = Math.max(oldest, now.oldest());
        frames.dropThrough(Math.min(oldest - 1, stored));
    }

    /**
     * The store is another one, with what could be salvaged.
     *
     * @param now what it has of the task, {@code null} if nothing
     */
    synchronized void salvaged(@Nullable StoredTask now) {
        storedBytes = now == null ? 0 : now.bytes();
        oldest = Math.max(oldest, now == null ? stored + 1 : now.oldest());
        frames.dropThrough(Math.min(oldest - 1, stored));
        version++;
    }

    synchronized long recentBytes() {
        return frames.bytes();
    }

    /** Lets go of the oldest frames that the store has, until there are no more bytes than that, if that is possible. */
    synchronized void shrink(long maxBytes) {
        if (maxBytes == 0) {
            frames.dropThrough(stored);
        }
        while (frames.bytes() > maxBytes && frames.oldest() <= stored) {
            frames.dropThrough(frames.oldest());
        }
    }

    boolean isWatched() {
        return !watchers.isEmpty();
    }

    synchronized boolean isFinished() {
        return task.status().isFinished();
    }

    /** Whether the store has not everything of it. */
    synchronized boolean isUnstored() {
        return storedVersion != version;
    }

    /** Lets it leave the heap if nothing needs it there and the store has everything. Answers whether it has left. */
    synchronized boolean evict() {
        return !deleted && storedVersion == version && watchers.isEmpty() && pins.compareAndSet(0, EVICTED);
    }
}
