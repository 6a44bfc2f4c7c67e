package io.taskstream.eventlog.embedded;

import io.taskstream.eventlog.Chunk;
import io.taskstream.eventlog.EventId;
import io.taskstream.eventlog.EventLogException;
import io.taskstream.eventlog.LogState;
import io.taskstream.eventlog.StoredEvent;
import io.taskstream.eventlog.TaskQuery;
import io.taskstream.eventlog.embedded.store.StoreFile;
import io.taskstream.eventlog.embedded.store.StoredTask;
import io.taskstream.task.TaskId;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * Reads tasks and events from the cache and the store. Recent frames are returned at once; the executor reads older ones from
 * the store. Thread-safe.
 */
final class LogReader {

    private static final int ATTEMPTS = 3;

    private final TaskCache cache;
    private final StoreFile store;
    private final Executor executor;
    private final InstantSource time;

    LogReader(TaskCache cache, StoreFile store, Executor executor, InstantSource time) {
        this.cache = cache;
        this.store = store;
        this.executor = executor;
        this.time = time;
    }

    Optional<LogState> find(TaskId id) {
        CachedTask task = cache.get(id);
        if (task != null) {
            return task.isDeleted() ? Optional.empty() : Optional.of(task.state());
        }
        return Optional.ofNullable(store.read(open -> open.task(id))).map(StoredTask::state);
    }

    /** A task's ordinal and state, from the cache or else from the store. */
    private record Located(long ordinal, LogState state) {}

    private Located locate(TaskId id, @Nullable CachedTask task) {
        if (task != null && !task.isDeleted()) {
            return new Located(task.ordinal(), task.state());
        }
        StoredTask stored = task == null ? store.read(open -> open.task(id)) : null;
        if (stored == null) {
            throw new EventLogException.NoSuchTask(id);
        }
        return new Located(stored.ordinal(), stored.state());
    }

    List<LogState> list(TaskQuery query) {
        long below = query.after() == null
                ? Long.MAX_VALUE
                : locate(query.after(), cache.get(query.after())).ordinal();
        NavigableMap<Long, CachedTask> cached = new TreeMap<>();
        // Not by the constructor, which fails if tasks leave the cache meanwhile.
        cache.below(below).forEach(cached::put);
        return store.read(open -> merge(query, cached, open.newestFirst(below, query.status())));
    }

    /** Merges both sources, newest first. A task's state in the cache is newer than its record in the store. */
    private static List<LogState> merge(
            TaskQuery query, NavigableMap<Long, CachedTask> cachedTasks, Iterator<StoredTask> storedTasks) {
        List<LogState> found = new ArrayList<>();
        Iterator<CachedTask> cachedNewestFirst =
                cachedTasks.descendingMap().values().iterator();
        CachedTask cached = next(cachedNewestFirst);
        StoredTask stored = next(storedTasks);
        while (found.size() < query.limit() && (cached != null || stored != null)) {
            if (stored == null || (cached != null && cached.ordinal() > stored.ordinal())) {
                add(cached, query, found);
                cached = next(cachedNewestFirst);
            } else {
                if (!cachedTasks.containsKey(stored.ordinal()) && query.matches(stored.task())) {
                    found.add(stored.state());
                }
                stored = next(storedTasks);
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

    CompletionStage<Chunk> read(TaskId id, long after, int maxBytes) {
        try {
            Chunk recent = recent(cache.get(id), after, maxBytes);
            return recent == null
                    ? CompletableFuture.supplyAsync(() -> readStored(id, after, maxBytes), executor)
                    : CompletableFuture.completedStage(recent);
        } catch (EventLogException e) {
            return CompletableFuture.failedStage(e);
        } catch (RejectedExecutionException e) {
            return CompletableFuture.failedStage(
                    new EventLogException.Unavailable("The server has no thread to read with", e));
        }
    }

    private @Nullable Chunk recent(@Nullable CachedTask task, long after, int maxBytes) {
        return task == null ? null : task.recent(after, maxBytes, time.millis());
    }

    private Chunk readStored(TaskId id, long after, int maxBytes) {
        CachedTask task = cache.get(id);
        Chunk recent = recent(task, after, maxBytes);
        if (recent != null) {
            return recent;
        }
        Located located = locate(id, task);
        LogState state = located.state();
        long last = state.last().sequence();
        boolean isFinished = state.task().status().isFinished();
        EventId from = state.last().at(Math.max(after + 1, state.oldest()));
        if (from.sequence() > last) {
            return Chunk.empty(from, isFinished);
        }
        Chunk chunk =
                store.read(open -> open.events().chunk(located.ordinal(), from, maxBytes, isFinished ? last : -1));
        if (chunk != null) {
            return chunk;
        }
        // The task was evicted, trimmed or deleted meanwhile.
        Chunk newer = recent(cache.get(id), Math.max(after, task == null ? 0 : task.oldestRecent() - 1), maxBytes);
        if (newer == null) {
            throw changed();
        }
        return newer;
    }

    private static EventLogException changed() {
        return new EventLogException.Unavailable("The log has changed while it was read", null);
    }

    List<StoredEvent> history(TaskId id, long after, int limit) {
        for (int i = 0; i < ATTEMPTS; i++) {
            CachedTask task = cache.get(id);
            List<StoredEvent> found = history(task, locate(id, task), after, limit);
            if (found != null) {
                return found;
            }
        }
        throw changed();
    }

    /** Returns the events, {@code null} if the task was trimmed or deleted meanwhile and must be located again. */
    private @Nullable List<StoredEvent> history(@Nullable CachedTask task, Located located, long after, int limit) {
        List<StoredEvent> found = new ArrayList<>();
        long reached = after;
        while (found.size() < limit) {
            int wanted = limit - found.size();
            List<StoredEvent> recent = task == null ? null : task.recentEvents(reached, wanted);
            if (recent != null) {
                found.addAll(recent);
                return found;
            }
            LogState state = task == null ? located.state() : task.state();
            EventId from = state.last().at(Math.max(reached + 1, state.oldest()));
            if (from.sequence() > state.last().sequence()) {
                return found;
            }
            List<StoredEvent> stored = stored(located, from, wanted);
            if (stored.isEmpty()) {
                return null;
            }
            found.addAll(stored);
            reached = stored.get(stored.size() - 1).id().sequence();
        }
        return found;
    }

    private List<StoredEvent> stored(Located located, EventId from, int limit) {
        return store.read(open -> {
            List<StoredEvent> events = new ArrayList<>();
            open.events().events(located.ordinal(), from, limit, events);
            return events;
        });
    }
}
