package io.taskstream.eventlog.memory;

import io.taskstream.client.TaskStatus;
import io.taskstream.eventlog.Appended;
import io.taskstream.eventlog.Batch;
import io.taskstream.eventlog.Chunk;
import io.taskstream.eventlog.EventId;
import io.taskstream.eventlog.EventLog;
import io.taskstream.eventlog.EventLogException;
import io.taskstream.eventlog.LogState;
import io.taskstream.eventlog.StoredEvent;
import io.taskstream.eventlog.TaskQuery;
import io.taskstream.metrics.LogUsage;
import io.taskstream.task.Task;
import io.taskstream.task.TaskId;
import java.time.InstantSource;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/**
 * An engine that keeps each task's recent events in the heap, for tests and for uses that need no more. Nothing survives a
 * restart. No call blocks, and every stage is complete on return.
 */
public final class MemoryEventLog implements EventLog {

    private final ConcurrentMap<TaskId, MemoryTaskLog> logs = new ConcurrentHashMap<>();
    private final ConcurrentSkipListMap<Long, MemoryTaskLog> byAge = new ConcurrentSkipListMap<>();
    private final AtomicLong created = new AtomicLong();
    private final Set<MemoryTaskLog> finished = new LinkedHashSet<>();

    private final MemoryBounds bounds;
    private final InstantSource time;
    private final RandomGenerator random;

    public MemoryEventLog(MemoryBounds bounds, InstantSource time, RandomGenerator random) {
        this.bounds = bounds;
        this.time = time;
        this.random = random;
    }

    @Override
    public boolean create(Task task) {
        EventId before = new EventId(EventId.newEpoch(random), 0);
        var log = new MemoryTaskLog(task, before, created.incrementAndGet(), bounds, time);
        if (logs.putIfAbsent(task.id(), log) != null) {
            return false;
        }
        byAge.put(log.ordinal(), log);
        if (logs.get(task.id()) != log) {
            // A concurrent call has deleted it before it was in byAge.
            byAge.remove(log.ordinal());
        }
        return true;
    }

    @Override
    public Optional<LogState> find(TaskId id) {
        return Optional.ofNullable(logs.get(id)).map(MemoryTaskLog::state);
    }

    @Override
    public List<LogState> list(TaskQuery query) {
        Stream<MemoryTaskLog> newestFirst = (query.after() == null
                        ? byAge.descendingMap()
                        : byAge.headMap(log(query.after()).ordinal(), false).descendingMap())
                .values().stream();
        return newestFirst
                .map(MemoryTaskLog::state)
                .filter(state -> query.matches(state.task()))
                .limit(query.limit())
                .toList();
    }

    @Override
    public boolean delete(TaskId id) {
        MemoryTaskLog log = logs.remove(id);
        if (log == null) {
            return false;
        }
        remove(log);
        return true;
    }

    private void remove(MemoryTaskLog log) {
        byAge.remove(log.ordinal());
        synchronized (finished) {
            finished.remove(log);
        }
        log.delete();
    }

    @Override
    public CompletionStage<Appended> append(TaskId id, Batch batch) {
        Appended appended;
        try {
            MemoryTaskLog log = log(id);
            appended = log.append(batch);
            if (batch.end() != null) {
                removeOldestFinished(log);
            }
        } catch (EventLogException e) {
            return CompletableFuture.failedStage(e);
        }
        return CompletableFuture.completedStage(appended);
    }

    /** Bounds the number of finished tasks, which would otherwise fill the heap. */
    private void removeOldestFinished(MemoryTaskLog newlyFinished) {
        MemoryTaskLog removed = null;
        synchronized (finished) {
            finished.add(newlyFinished);
            if (finished.size() > bounds.finishedTasks()) {
                // In any case: a task that was deleted while it finished would stay at the head for ever.
                removed = finished.iterator().next();
                finished.remove(removed);
            }
        }
        if (removed != null && logs.remove(removed.id(), removed)) {
            remove(removed);
        }
    }

    @Override
    public CompletionStage<Chunk> read(TaskId id, long after, int maxBytes) {
        try {
            return CompletableFuture.completedStage(log(id).read(after, maxBytes));
        } catch (EventLogException e) {
            return CompletableFuture.failedStage(e);
        }
    }

    @Override
    public List<StoredEvent> history(TaskId id, long after, int limit) {
        return log(id).history(after, limit);
    }

    @Override
    public Watch watch(TaskId id, LogWatcher watcher) {
        MemoryTaskLog log = logs.get(id);
        if (log == null) {
            watcher.deleted();
            return () -> {};
        }
        return log.watch(watcher);
    }

    @Override
    public LogUsage usage() {
        long bytes = 0;
        Map<String, Long> tasks = new TreeMap<>();
        for (TaskStatus status : TaskStatus.values()) {
            tasks.put(status.wireName(), 0L);
        }
        for (MemoryTaskLog log : logs.values()) {
            bytes += log.bytes();
            tasks.merge(log.state().task().status().wireName(), 1L, Long::sum);
        }
        return LogUsage.of(bytes, tasks);
    }

    @Override
    public void close() {
        logs.clear();
        byAge.clear();
    }

    private MemoryTaskLog log(TaskId id) {
        MemoryTaskLog log = logs.get(id);
        if (log == null) {
            throw new EventLogException.NoSuchTask(id);
        }
        return log;
    }
}
