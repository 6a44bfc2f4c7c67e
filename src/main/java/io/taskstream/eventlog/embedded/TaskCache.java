package io.taskstream.eventlog.embedded;

import io.taskstream.eventlog.embedded.store.StoreFile;
import io.taskstream.eventlog.embedded.store.StoredTask;
import io.taskstream.task.TaskId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.NavigableMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ConcurrentSkipListMap;
import org.jspecify.annotations.Nullable;

/**
 * The tasks in the heap; all others are only in the store. There is at most one object per task. Thread-safe; no lock is held
 * while the store is read.
 */
final class TaskCache {

    private static final int STAMPS = 1 << 10;
    private static final long IDLE_MILLIS = 30_000;
    private static final long TASK_BYTES = 2_048;
    private static final long MAX_BYTES_PER_TASK = 4 << 20;

    private final ConcurrentMap<TaskId, CachedTask> byId = new ConcurrentHashMap<>();
    private final ConcurrentSkipListMap<Long, CachedTask> byOrdinal = new ConcurrentSkipListMap<>();
    private final StoreFile store;

    /** Guarded by this. By hash of the id: the number of times that such a task has left the heap. */
    private final int[] stamps = new int[STAMPS];

    TaskCache(StoreFile store) {
        this.store = store;
    }

    /** Returns the task if it is in the heap. A deleted one hides what the store still has. */
    @Nullable
    CachedTask get(TaskId id) {
        return byId.get(id);
    }

    /** Pins and returns the task if it is in the heap. */
    @Nullable
    CachedTask pin(TaskId id) {
        CachedTask cached = byId.get(id);
        return cached != null && cached.pin() ? cached : null;
    }

    /** Loads the task if necessary, and pins it; {@code null} if there is none. May read the disk. */
    @Nullable
    CachedTask loadPinned(TaskId id) {
        CachedTask task = load(id);
        // Repeats only if the task has left the heap since.
        while (task != null && !task.pin()) {
            remove(task);
            task = load(id);
        }
        return task;
    }

    /** Loads the task if necessary; {@code null} if there is none. May read the disk. */
    @Nullable
    CachedTask load(TaskId id) {
        while (true) {
            long stamp = stamp(id);
            CachedTask cached = byId.get(id);
            if (cached != null) {
                return cached;
            }
            StoredTask stored = store.read(open -> open.task(id));
            if (stored == null) {
                return null;
            }
            CachedTask loaded = add(id, stored, stamp);
            if (loaded != null) {
                return loaded;
            }
            // The record may be older than the task was when it left the heap.
        }
    }

    private synchronized @Nullable CachedTask add(TaskId id, StoredTask stored, long stamp) {
        CachedTask cached = byId.get(id);
        if (cached != null) {
            return cached;
        }
        if (stamp(id) != stamp) {
            return null;
        }
        var task = new CachedTask(stored);
        add(task);
        return task;
    }

    /** Loads the task of that ordinal if necessary; {@code null} if there is none. */
    @Nullable
    CachedTask load(long ordinal) {
        CachedTask cached = byOrdinal.get(ordinal);
        if (cached != null) {
            return cached;
        }
        StoredTask stored = store.read(open -> open.task(ordinal));
        CachedTask loaded = stored == null ? null : load(stored.task().id());
        // A newer task may have the id by now.
        return loaded == null || loaded.ordinal() != ordinal ? null : loaded;
    }

    /** Returns a number that changes at least when a task of that id leaves the heap. */
    synchronized long stamp(TaskId id) {
        return stamps[stampIndex(id)];
    }

    private static int stampIndex(TaskId id) {
        int hash = id.hashCode();
        return (hash ^ hash >>> 16) & STAMPS - 1;
    }

    synchronized void add(CachedTask task) {
        byOrdinal.put(task.ordinal(), task);
        byId.put(task.id(), task);
    }

    /** Evicts the task if possible. Only the commit thread may: it must not be changing the task. */
    void evict(CachedTask task) {
        if (task.evict()) {
            remove(task);
        }
    }

    /** Removes a task that was evicted, or whose deletion is in the store. */
    synchronized void remove(CachedTask task) {
        TaskId id = task.id();
        stamps[stampIndex(id)]++;
        byOrdinal.remove(task.ordinal(), task);
        byId.remove(id, task);
    }

    /** Passes on that retention has removed events of a task from the store. */
    synchronized void trimmed(StoredTask record) {
        // A concurrent load must read the store again.
        stamps[stampIndex(record.task().id())]++;
        CachedTask task = byOrdinal.get(record.ordinal());
        if (task != null) {
            task.trimmed(record);
        }
    }

    /** Marks all tasks as dirty, since the store was replaced by a salvaged one. */
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

    /** Returns the tasks with smaller ordinals, by ordinal. */
    NavigableMap<Long, CachedTask> below(long ordinal) {
        return byOrdinal.headMap(ordinal, false);
    }

    /**
     * Evicts tasks and drops frames, least recently used first, until the bounds hold. Only the commit thread may call it.
     *
     * @param maxBytes of frames, and of a fixed cost per task
     */
    void enforceBounds(long maxBytes, long nowMillis) {
        long bytes = 0;
        for (CachedTask task : all()) {
            if (task.isFinished() || nowMillis - task.lastUse() > IDLE_MILLIS) {
                evict(task);
            }
            task.shrink(MAX_BYTES_PER_TASK);
            bytes += task.recentBytes() + TASK_BYTES;
        }
        if (bytes > maxBytes) {
            shrink(bytes - maxBytes);
        }
    }

    /** A copy of the time, since a sort needs values that readers do not change meanwhile. */
    private record LastUse(CachedTask task, long millis) {}

    private void shrink(long excess) {
        List<LastUse> leastRecentFirst = new ArrayList<>();
        all().forEach(task -> leastRecentFirst.add(new LastUse(task, task.lastUse())));
        leastRecentFirst.sort(Comparator.comparingLong(LastUse::millis));
        long freed = 0;
        for (LastUse each : leastRecentFirst) {
            if (freed >= excess) {
                return;
            }
            CachedTask task = each.task();
            long before = task.recentBytes();
            task.shrink(0);
            evict(task);
            freed += before - task.recentBytes() + TASK_BYTES;
        }
    }
}
