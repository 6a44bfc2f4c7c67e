package io.taskstream.eventlog.embedded;

import io.taskstream.eventlog.Chunk;
import io.taskstream.eventlog.EventId;
import io.taskstream.eventlog.EventLog.LogWatcher;
import io.taskstream.eventlog.EventLog.Watch;
import io.taskstream.eventlog.EventLogException;
import io.taskstream.eventlog.Frames;
import io.taskstream.eventlog.LogState;
import io.taskstream.eventlog.LogWatchers;
import io.taskstream.eventlog.RecentFrames;
import io.taskstream.eventlog.StoredEvent;
import io.taskstream.eventlog.Uploads;
import io.taskstream.eventlog.embedded.journal.JournalRecord.BatchAppended;
import io.taskstream.eventlog.embedded.journal.JournalRecord.UploadChanged;
import io.taskstream.eventlog.embedded.store.KeyAnswer;
import io.taskstream.eventlog.embedded.store.StoredTask;
import io.taskstream.task.Task;
import io.taskstream.task.TaskId;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A task in the heap: its state and its recent frames, among them all that the store lacks. It is dirty while the store lacks
 * any of its changes. It holds committed changes only; the {@link CommitGroup} holds those that are about to be committed.
 *
 * <p>Thread-safe; the lock is held only while bytes are copied.
 */
final class CachedTask {

    /** Estimated bytes in the heap of a task, an event and a key, beside their own bytes, and of an upload. */
    private static final long TASK_COST = 2_048;

    private static final long EVENT_COST = 24;
    private static final long KEY_COST = 256;
    private static final long UPLOAD_COST = 256;

    private static final int EVICTED = -1;

    private final long ordinal;
    private final EventId before;
    private final LogWatchers watchers = new LogWatchers();

    private Task task;
    private Uploads uploads;
    private RecentFrames frames;
    private long oldest;
    private long stored;
    private long storedBytes;
    private Map<String, KeyAnswer> dirtyKeys = new HashMap<>();

    /** By keys that are being looked up in the store. */
    private final Map<String, LookUp> lookUps = new HashMap<>();

    /** The number of requests that need the task in the heap; {@link #EVICTED} once it has left the heap. */
    private final AtomicInteger pins = new AtomicInteger();

    private boolean deleted;
    private long version;
    private long storedVersion;
    private long dirtyCost;
    private volatile long lastUse;

    /** Creates a clean task from its record in the store. */
    CachedTask(StoredTask from) {
        this.ordinal = from.ordinal();
        this.task = from.task();
        this.uploads = from.uploads();
        this.before = new EventId(from.epoch(), 0);
        this.oldest = from.oldest();
        this.stored = from.last();
        this.storedBytes = from.bytes();
        this.frames = framesAfter(from.last());
    }

    /** Returns a task whose creation is about to be committed. */
    static CachedTask created(long ordinal, String epoch, Task task) {
        return new CachedTask(new StoredTask(ordinal, task, epoch, 0, 1, 0, Uploads.NONE));
    }

    /**
     * The changes of a task that the store lacks, at one moment.
     *
     * @param cached the task, which has the frames
     * @param record the task's record; its {@code bytes} do not include the frames that the store lacks
     * @param stored the sequence of the last event in the store
     * @param keys the idempotency keys that the store lacks
     * @param deleted whether the task must be removed from the store
     * @param version of the task
     * @param cost bytes of the heap that these changes take
     */
    record DirtyTask(
            CachedTask cached,
            StoredTask record,
            long stored,
            Map<String, KeyAnswer> keys,
            boolean deleted,
            long version,
            long cost) {}

    /** Applies the creation; returns the bytes of the heap that became dirty. */
    synchronized long applyCreation() {
        return changed(0);
    }

    private long changed(long cost) {
        long added = dirtyCost == 0 ? cost + TASK_COST : cost;
        dirtyCost += added;
        version++;
        return added;
    }

    private RecentFrames framesAfter(long sequence) {
        // Frames that the store lacks must not be dropped, so the cache enforces the bounds.
        return new RecentFrames(before.at(sequence), Integer.MAX_VALUE, Long.MAX_VALUE);
    }

    long ordinal() {
        return ordinal;
    }

    /** Returns the id before the first event. */
    EventId before() {
        return before;
    }

    synchronized TaskId id() {
        return task.id();
    }

    synchronized boolean isDeleted() {
        return deleted;
    }

    /** Returns the time of the last append or read, in milliseconds of the engine's clock. */
    long lastUse() {
        return lastUse;
    }

    synchronized LogState state() {
        return new LogState(task, before.at(frames.last()), oldest, 0, uploads.present());
    }

    synchronized Uploads uploads() {
        return uploads;
    }

    /** Keeps the task in the heap until {@link #unpin}; returns false if it has just left. */
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

    /** Begins to watch a key that is about to be looked up in the store. */
    synchronized void beginLookUp(String key) {
        lookUps.computeIfAbsent(key, none -> new LookUp()).count++;
    }

    /** Ends what {@link #beginLookUp} began. */
    synchronized void endLookUp(String key) {
        lookUps.computeIfPresent(key, (same, lookUp) -> --lookUp.count == 0 ? null : lookUp);
    }

    /** Returns the answer to a batch with this key if the store lacks it or got it after the look-up began. */
    synchronized @Nullable KeyAnswer newKey(String key) {
        KeyAnswer dirty = dirtyKeys.get(key);
        if (dirty != null) {
            return dirty;
        }
        LookUp lookUp = lookUps.get(key);
        return lookUp == null ? null : lookUp.answer;
    }

    /** Applies a committed batch; returns the bytes of the heap that became dirty. */
    synchronized long apply(BatchAppended batch) {
        if (batch.first() > frames.last() + 1) {
            skipTo(batch.first());
        }
        Instant time = Instant.ofEpochMilli(batch.timeMillis());
        long cost = 0;
        long sequence = batch.first();
        for (byte[] json : batch.events()) {
            byte[] frame = Frames.encode(before.at(sequence++), json);
            frames.add(frame, time, batch.traceparent());
            cost += frame.length + EVENT_COST;
        }
        if (batch.end() != null) {
            task = task.finish(batch.end(), time);
        }
        if (batch.key() != null) {
            dirtyKeys.put(batch.key(), KeyAnswer.of(batch));
            cost += KEY_COST + batch.key().length();
        }
        if (batch.upload() != null) {
            cost += apply(batch.upload());
        }
        lastUse = batch.timeMillis();
        return changed(cost);
    }

    private long apply(UploadChanged change) {
        int count = uploads.size();
        boolean isCounted = change.epoch().equals(before.epoch());
        uploads = isCounted ? uploads.after(change.step()) : uploads.afterLost(change.step());
        return (uploads.size() - count) * UPLOAD_COST;
    }

    /**
     * Replaces the uploads by those after the applied batches, and with the times at which they were heard of. These are in no
     * batch, and are lost if the task leaves the heap before it is stored again.
     */
    synchronized void applyUploads(Uploads after, long timeMillis) {
        uploads = after;
        lastUse = timeMillis;
    }

    /** After a loss: drops all earlier events, so that no sequence is given twice and viewers see a gap. */
    private void skipTo(long first) {
        frames = framesAfter(first - 1);
        oldest = first;
        stored = first - 1;
    }

    /** Applies the deletion; returns the bytes of the heap that became dirty. */
    long applyDeletion() {
        long cost;
        synchronized (this) {
            deleted = true;
            cost = changed(0);
        }
        watchers.notifyDeleted();
        return cost;
    }

    void notifyAppended() {
        watchers.notifyAppended();
    }

    /**
     * Returns the frames after a sequence, {@code null} if they must be read from the store.
     *
     * @throws EventLogException.NoSuchTask if the task is deleted
     */
    synchronized @Nullable Chunk recent(long after, int maxBytes, long nowMillis) {
        if (deleted) {
            throw new EventLogException.NoSuchTask(task.id());
        }
        lastUse = nowMillis;
        long from = Math.max(after + 1, oldest);
        return from >= frames.oldest()
                ? frames.chunk(from - 1, maxBytes, task.status().isFinished())
                : null;
    }

    /** Returns the events after a sequence, {@code null} if some of those that are kept are not in the heap. */
    synchronized @Nullable List<StoredEvent> recentEvents(long after, int limit) {
        return Math.max(after + 1, oldest) < frames.oldest() ? null : frames.events(after, limit);
    }

    /** Returns the sequence of the oldest event in the heap. */
    synchronized long oldestRecent() {
        return frames.oldest();
    }

    /** Watches the log; the task must be pinned. */
    Watch watch(LogWatcher watcher) {
        return watchers.watch(watcher);
    }

    /** Returns what the store lacks now. */
    synchronized DirtyTask dirty() {
        return new DirtyTask(
                this,
                new StoredTask(ordinal, task, before.epoch(), frames.last(), oldest, storedBytes, uploads),
                stored,
                Map.copyOf(dirtyKeys),
                deleted,
                version,
                dirtyCost);
    }

    /** Passes the frames from a sequence on to the visitor. */
    synchronized void visit(long from, RecentFrames.FrameVisitor visitor) {
        frames.visit(from, visitor);
    }

    /** Records that the store has those changes. */
    synchronized void stored(DirtyTask changes, StoredTask record) {
        stored = record.last();
        storedVersion = changes.version();
        dirtyCost -= changes.cost();
        changes.keys().forEach(this::stored);
        trimmed(record);
    }

    private void stored(String key, KeyAnswer answer) {
        dirtyKeys.remove(key, answer);
        LookUp lookUp = lookUps.get(key);
        if (lookUp != null) {
            // The look-up may have read the store before this checkpoint.
            lookUp.answer = answer;
        }
    }

    /** Records that retention has removed the oldest events from the store. */
    synchronized void trimmed(StoredTask record) {
        storedBytes = record.bytes();
        dropBefore(record.oldest());
    }

    /**
     * Records that the store was replaced by a salvaged one, and marks the task as dirty.
     *
     * @param record the salvaged record of the task, {@code null} if it is lost
     */
    synchronized void salvaged(@Nullable StoredTask record) {
        storedBytes = record == null ? 0 : record.bytes();
        dropBefore(record == null ? stored + 1 : record.oldest());
        version++;
    }

    private void dropBefore(long newOldest) {
        oldest = Math.max(oldest, newOldest);
        frames.dropThrough(Math.min(oldest - 1, stored));
    }

    synchronized long recentBytes() {
        return frames.bytes() + uploads.size() * UPLOAD_COST;
    }

    /** Drops the oldest frames that the store has until at most {@code maxBytes} remain. */
    synchronized void shrink(long maxBytes) {
        if (maxBytes == 0) {
            frames.dropThrough(stored);
        }
        while (frames.bytes() > maxBytes && frames.oldest() <= stored) {
            frames.dropThrough(frames.oldest());
        }
    }

    synchronized boolean isFinished() {
        return task.status().isFinished();
    }

    /** Returns whether the store lacks a change. */
    synchronized boolean isDirty() {
        return storedVersion != version;
    }

    /** Marks the task as evicted if it is clean, not watched and not pinned; returns whether it was. */
    synchronized boolean evict() {
        return !deleted && storedVersion == version && watchers.isEmpty() && pins.compareAndSet(0, EVICTED);
    }
}
