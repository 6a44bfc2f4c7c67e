package io.taskstream.eventlog.embedded;

import io.taskstream.task.TaskId;
import java.util.Collection;
import java.util.NavigableMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ConcurrentSkipListMap;
import org.jspecify.annotations.Nullable;

/** The tasks that are in the heap; all others are in the store alone. Thread-safe. */
final class LiveTasks {

    private final ConcurrentMap<TaskId, LiveTask> byId = new ConcurrentHashMap<>();
    private final ConcurrentSkipListMap<Long, LiveTask> byOrdinal = new ConcurrentSkipListMap<>();
    private final StoreFile store;

    LiveTasks(StoreFile store) {
        this.store = store;
    }

    /** The task if it is in the heap; it may be one that is deleted, which hides what the store still has. */
    @Nullable
    LiveTask get(TaskId id) {
        return byId.get(id);
    }

    /** The task, brought into the heap if need be; {@code null} if there is none. May read from the disk. */
    @Nullable
    LiveTask load(TaskId id) {
        LiveTask present = byId.get(id);
        return present != null ? present : byId.computeIfAbsent(id, this::fromStore);
    }

    private @Nullable LiveTask fromStore(TaskId id) {
        StoredTask stored = store.read(open -> open.task(id));
        if (stored == null) {
            return null;
        }
        var task = new LiveTask(stored);
        byOrdinal.put(task.ordinal(), task);
        return task;
    }

    /** The task of that ordinal; {@code null} if there is none. */
    @Nullable
    LiveTask load(long ordinal) {
        LiveTask present = byOrdinal.get(ordinal);
        if (present != null) {
            return present;
        }
        StoredTask stored = store.read(open -> open.task(ordinal));
        return stored == null ? null : load(stored.task().id());
    }

    /** Shows a task that was created. */
    void add(LiveTask task) {
        byOrdinal.put(task.ordinal(), task);
        byId.put(task.id(), task);
    }

    /** Lets the task leave the heap if it can. Only the committing thread may, for it must not be at work on it. */
    void evict(LiveTask task) {
        if (task.evict()) {
            remove(task);
        }
    }

    /** Forgets a deleted task, which the store has forgotten too. */
    void remove(LiveTask task) {
        byOrdinal.remove(task.ordinal(), task);
        byId.remove(task.id(), task);
    }

    /** Tells the task, if it is in the heap, of which events the store has let go. */
    void trimmed(StoredTask now) {
        LiveTask task = byOrdinal.get(now.ordinal());
        if (task != null) {
            task.trimmed(now);
        }
    }

    /** Tells all tasks that the store is another one, with what could be salvaged. It must take their state again. */
    void salvaged() {
        for (LiveTask task : all()) {
            task.salvaged(store.read(open -> open.task(task.ordinal())));
        }
    }

    Collection<LiveTask> all() {
        return byOrdinal.values();
    }

    /** Those with an ordinal below that one, by ordinal. */
    NavigableMap<Long, LiveTask> below(long ordinal) {
        return byOrdinal.headMap(ordinal, false);
    }
}
