package io.taskstream.eventlog.embedded;

import io.taskstream.task.TaskId;
import java.util.Collection;
import java.util.NavigableMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ConcurrentSkipListMap;
import org.jspecify.annotations.Nullable;

/**
 * The tasks that are in the heap; all others are in the store alone. Of each task at most one object is here. Thread-safe;
 * no lock is held while the store is read.
 */
final class TaskCache {

    private static final int STAMPS = 1 << 10;

    private final ConcurrentMap<TaskId, CachedTask> byId = new ConcurrentHashMap<>();
    private final ConcurrentSkipListMap<Long, CachedTask> byOrdinal = new ConcurrentSkipListMap<>();
    private final StoreFile store;

    /** Guarded by this. By the hash of ids: each counts how often one of its tasks has left the heap. */
    private final int[] stamps = new int[STAMPS];

    TaskCache(StoreFile store) {
        this.store = store;
    }

    /** The task if it is in the heap; it may be one that is deleted, which hides what the store still has. */
    @Nullable
    CachedTask get(TaskId id) {
        return byId.get(id);
    }

    /** The task if it is in the heap, pinned there. */
    @Nullable
    CachedTask pin(TaskId id) {
        CachedTask present = byId.get(id);
        return present != null && present.pin() ? present : null;
    }

    /** The task, brought into the heap if need be, and pinned there; {@code null} if there is none. May read the disk. */
    @Nullable
    CachedTask loadPinned(TaskId id) {
        CachedTask task = load(id);
        // Another attempt is needed only if the task has left the heap since.
        while (task != null && !task.pin()) {
            remove(task);
            task = load(id);
        }
        return task;
    }

    /** The task, brought into the heap if need be; {@code null} if there is none. May read the disk. */
    @Nullable
    CachedTask load(TaskId id) {
        while (true) {
            long stamp = stamp(id);
            CachedTask present = byId.get(id);
            if (present != null) {
                return present;
            }
            StoredTask stored = store.read(open -> open.task(id));
            if (stored == null) {
                return null;
            }
            CachedTask loaded = add(id, stored, stamp);
            if (loaded != null) {
                return loaded;
            }
            // What was read may be older than what the task was when it left the heap.
        }
    }

    private synchronized @Nullable CachedTask add(TaskId id, StoredTask stored, long stamp) {
        CachedTask present = byId.get(id);
        if (present != null) {
            return present;
        }
        if (stamp(id) != stamp) {
            return null;
        }
        var task = new CachedTask(stored);
        add(task);
        return task;
    }

    /** The task of that ordinal; {@code null} if there is none. */
    @Nullable
    CachedTask load(long ordinal) {
        CachedTask present = byOrdinal.get(ordinal);
        if (present != null) {
            return present;
        }
        StoredTask stored = store.read(open -> open.task(ordinal));
        CachedTask loaded = stored == null ? null : load(stored.task().id());
        // Its id may be that of a newer task by now.
        return loaded == null || loaded.ordinal() != ordinal ? null : loaded;
    }

    /** Changes when a task of that id leaves the heap; also at other times. */
    synchronized long stamp(TaskId id) {
        return stamps[stampIndex(id)];
    }

    private static int stampIndex(TaskId id) {
        int hash = id.hashCode();
        return (hash ^ hash >>> 16) & STAMPS - 1;
    }

    /** Shows a task that was created. */
    synchronized void add(CachedTask task) {
        byOrdinal.put(task.ordinal(), task);
        byId.put(task.id(), task);
    }

    /** Lets the task leave the heap if it can. Only the committing thread may, for it must not be at work on it. */
    void evict(CachedTask task) {
        if (task.evict()) {
            remove(task);
        }
    }

    /** Forgets a task that has left the heap, or is deleted from the store. */
    synchronized void remove(CachedTask task) {
        TaskId id = task.id();
        stamps[stampIndex(id)]++;
        byOrdinal.remove(task.ordinal(), task);
        byId.remove(id, task);
    }

    /** Tells the task, if it is in the heap, of which events the store has let go. */
    synchronized void trimmed(StoredTask now) {
        // One that is being loaded is to be read again.
        stamps[stampIndex(now.task().id())]++;
        CachedTask task = byOrdinal.get(now.ordinal());
        if (task != null) {
            task.trimmed(now);
        }
    }

    /** Tells all tasks that the store is another one, with what could be salvaged. It must take their state again. */
    void salvaged() {
        expireStamps();
        for (CachedTask task : all()) {
            task.salvaged(store.read(open -> open.task(task.ordinal())));
        }
    }

    private synchronized void expireStamps() {
        for (int i = 0; i < STAMPS; i++) {
            stamps[i]++;
        }
    }

    Collection<CachedTask> all() {
        return byOrdinal.values();
    }

    /** Those with an ordinal below that one, by ordinal. */
    NavigableMap<Long, CachedTask> below(long ordinal) {
        return byOrdinal.headMap(ordinal, false);
    }
}
