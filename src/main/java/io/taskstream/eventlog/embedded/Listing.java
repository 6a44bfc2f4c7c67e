package io.taskstream.eventlog.embedded;

import io.taskstream.eventlog.EventLogException;
import io.taskstream.eventlog.LogState;
import io.taskstream.eventlog.TaskQuery;
import io.taskstream.task.TaskId;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Lists tasks, the newest first, from what is in the heap and what is in the store alone. */
final class Listing {

    private final TaskCache live;
    private final StoreFile store;

    Listing(TaskCache live, StoreFile store) {
        this.live = live;
        this.store = store;
    }

    List<LogState> list(TaskQuery query) {
        long below = query.after() == null ? Long.MAX_VALUE : ordinal(query.after());
        // What is in the heap is newer than what the store says of the same task.
        NavigableMap<Long, CachedTask> inHeap = new TreeMap<>();
        // Not by the constructor, which fails if tasks leave the heap meanwhile.
        live.below(below).forEach(inHeap::put);
        return store.read(open -> merge(query, inHeap, open.newestFirst(below, query.status())));
    }

    private long ordinal(TaskId id) {
        CachedTask task = live.get(id);
        if (task != null && !task.isDeleted()) {
            return task.ordinal();
        }
        StoredTask stored = task == null ? store.read(open -> open.task(id)) : null;
        if (stored == null) {
            throw new EventLogException.NoSuchTask(id);
        }
        return stored.ordinal();
    }

    private static List<LogState> merge(
            TaskQuery query, NavigableMap<Long, CachedTask> inHeap, Iterator<StoredTask> stored) {
        List<LogState> found = new ArrayList<>();
        Iterator<CachedTask> live = inHeap.descendingMap().values().iterator();
        CachedTask nextLive = next(live);
        StoredTask nextStored = next(stored);
        while (found.size() < query.limit() && (nextLive != null || nextStored != null)) {
            if (nextStored == null || (nextLive != null && nextLive.ordinal() > nextStored.ordinal())) {
                add(nextLive, query, found);
                nextLive = next(live);
            } else {
                if (!inHeap.containsKey(nextStored.ordinal()) && query.matches(nextStored.task())) {
                    found.add(nextStored.state());
                }
                nextStored = next(stored);
            }
        }
        return found;
    }

    private static void add(@Nullable CachedTask task, TaskQuery query, List<LogState> found) {
        if (task != null && !task.isDeleted()) {
            LogState state = task.state();
            if (query.matches(state.task())) {
                found.add(state);
            }
        }
    }

    private static <T> @Nullable T next(Iterator<T> iterator) {
        return iterator.hasNext() ? iterator.next() : null;
    }
}
