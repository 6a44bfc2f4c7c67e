package io.taskstream.testing;

import io.taskstream.eventlog.Appended;
import io.taskstream.eventlog.Batch;
import io.taskstream.eventlog.Chunk;
import io.taskstream.eventlog.EventLog;
import io.taskstream.eventlog.LogState;
import io.taskstream.eventlog.StoredEvent;
import io.taskstream.eventlog.TaskQuery;
import io.taskstream.metrics.LogUsage;
import io.taskstream.task.Task;
import io.taskstream.task.TaskId;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** Passes all calls on to another log; subclasses change some of them. */
abstract class ForwardingLog implements EventLog {

    private final EventLog log;

    ForwardingLog(EventLog log) {
        this.log = log;
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
    public CompletionStage<Appended> append(TaskId id, Batch batch) {
        return log.append(id, batch);
    }

    @Override
    public CompletionStage<Chunk> read(TaskId id, long after, int maxBytes) {
        return log.read(id, after, maxBytes);
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
    public LogUsage usage() {
        return log.usage();
    }

    @Override
    public void close() {
        log.close();
    }
}
