package io.taskstream.testing;

import io.taskstream.eventlog.Appended;
import io.taskstream.eventlog.Batch;
import io.taskstream.eventlog.Chunk;
import io.taskstream.eventlog.EventLog;
import io.taskstream.eventlog.LogState;
import io.taskstream.eventlog.StoredEvent;
import io.taskstream.eventlog.TaskQuery;
import io.taskstream.task.Task;
import io.taskstream.task.TaskId;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/** Another log whose appends and reads, once it is slow, take effect when told. */
public final class SlowLog implements EventLog {

    private final Queue<Runnable> pending = new ArrayDeque<>();
    private final EventLog log;
    private boolean slow;

    public SlowLog(EventLog log) {
        this.log = log;
    }

    public void slow() {
        slow = true;
    }

    public int waiting() {
        return pending.size();
    }

    public void finishOne() {
        pending.remove().run();
    }

    private <T> CompletionStage<T> later(Supplier<CompletionStage<T>> call) {
        if (!slow) {
            return call.get();
        }
        var stage = new CompletableFuture<T>();
        pending.add(() -> call.get().whenComplete((result, error) -> {
            if (error == null) {
                stage.complete(result);
            } else {
                stage.completeExceptionally(error);
            }
        }));
        return stage;
    }

    @Override
    public CompletionStage<Appended> append(TaskId id, Batch batch) {
        return later(() -> log.append(id, batch));
    }

    @Override
    public CompletionStage<Chunk> read(TaskId id, long after, int maxBytes) {
        return later(() -> log.read(id, after, maxBytes));
    }

    @Override
    public boolean create(Task task) {
        return log.create(task);
    }

    @Override
    public Optional<LogState> find(TaskId id) {
        return log.find(id);
    }

    @Override
    public List<LogState> list(TaskQuery query) {
        return log.list(query);
    }

    @Override
    public boolean delete(TaskId id) {
        return log.delete(id);
    }

    @Override
    public List<StoredEvent> history(TaskId id, long after, int limit) {
        return log.history(id, after, limit);
    }

    @Override
    public Watch watch(TaskId id, LogWatcher watcher) {
        return log.watch(id, watcher);
    }

    @Override
    public void close() {
        log.close();
    }
}
