package io.taskstream.eventlog.embedded;

import io.taskstream.eventlog.Chunk;
import io.taskstream.eventlog.EventId;
import io.taskstream.eventlog.EventLogException;
import io.taskstream.eventlog.LogState;
import io.taskstream.eventlog.StoredEvent;
import io.taskstream.task.TaskId;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/** Reads logs: what is recent from the heap, at once; all else from the store, on the executor. Thread-safe. */
final class LogReader {

    private static final int ATTEMPTS = 3;

    private final TaskCache live;
    private final StoreFile store;
    private final Executor executor;
    private final InstantSource time;

    LogReader(TaskCache live, StoreFile store, Executor executor, InstantSource time) {
        this.live = live;
        this.store = store;
        this.executor = executor;
        this.time = time;
    }

    Optional<LogState> find(TaskId id) {
        CachedTask task = live.get(id);
        if (task != null) {
            return task.isDeleted() ? Optional.empty() : Optional.of(task.state());
        }
        return Optional.ofNullable(store.read(open -> open.task(id))).map(StoredTask::state);
    }

    CompletionStage<Chunk> read(TaskId id, long after, int maxBytes) {
        try {
            Chunk recent = recent(live.get(id), after, maxBytes);
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
        CachedTask task = live.get(id);
        Chunk recent = recent(task, after, maxBytes);
        if (recent != null) {
            return recent;
        }
        Place place = place(id, task);
        LogState state = place.state();
        long last = state.last().sequence();
        boolean isFinished = state.task().status().isFinished();
        EventId from = state.last().at(Math.max(after + 1, state.oldest()));
        if (from.sequence() > last) {
            return Chunk.empty(from, isFinished);
        }
        Chunk chunk = store.read(open -> open.events().chunk(place.ordinal(), from, maxBytes, isFinished ? last : -1));
        if (chunk != null) {
            return chunk;
        }
        // The task has left the heap, or has been trimmed or deleted, since we looked.
        Chunk newer = recent(live.get(id), Math.max(after, task == null ? 0 : task.oldestRecent() - 1), maxBytes);
        if (newer == null) {
            throw changed();
        }
        return newer;
    }

    private static EventLogException changed() {
        return new EventLogException.Unavailable("The log has changed while it was read", null);
    }

    /** Where a task's events are in the store, and how far they reach. */
    private record Place(long ordinal, LogState state) {}

    private Place place(TaskId id, @Nullable CachedTask task) {
        if (task != null && !task.isDeleted()) {
            return new Place(task.ordinal(), task.state());
        }
        StoredTask stored = task == null ? store.read(open -> open.task(id)) : null;
        if (stored == null) {
            throw new EventLogException.NoSuchTask(id);
        }
        return new Place(stored.ordinal(), stored.state());
    }

    List<StoredEvent> history(TaskId id, long after, int limit) {
        for (int i = 0; i < ATTEMPTS; i++) {
            CachedTask task = live.get(id);
            List<StoredEvent> found = history(task, place(id, task), after, limit);
            if (found != null) {
                return found;
            }
        }
        throw changed();
    }

    /** The events, {@code null} if the task was trimmed or deleted meanwhile, so that its place must be found again. */
    private @Nullable List<StoredEvent> history(@Nullable CachedTask task, Place place, long after, int limit) {
        List<StoredEvent> found = new ArrayList<>();
        long reached = after;
        while (found.size() < limit) {
            int wanted = limit - found.size();
            List<StoredEvent> recent = task == null ? null : task.recentEvents(reached, wanted);
            if (recent != null) {
                found.addAll(recent);
                return found;
            }
            LogState state = task == null ? place.state() : task.state();
            EventId from = state.last().at(Math.max(reached + 1, state.oldest()));
            if (from.sequence() > state.last().sequence()) {
                return found;
            }
            List<StoredEvent> stored = stored(place, from, wanted);
            if (stored.isEmpty()) {
                return null;
            }
            found.addAll(stored);
            reached = stored.get(stored.size() - 1).id().sequence();
        }
        return found;
    }

    private List<StoredEvent> stored(Place place, EventId from, int limit) {
        return store.read(open -> {
            List<StoredEvent> events = new ArrayList<>();
            open.events().events(place.ordinal(), from, limit, events);
            return events;
        });
    }
}
