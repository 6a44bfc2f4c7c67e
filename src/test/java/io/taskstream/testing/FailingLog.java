package io.taskstream.testing;

import io.taskstream.eventlog.Appended;
import io.taskstream.eventlog.Batch;
import io.taskstream.eventlog.EventLog;
import io.taskstream.eventlog.EventLogException;
import io.taskstream.task.TaskId;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;

/** Another log whose appends fail when told, as if its disk were full, or its watching, as if its network were cut. */
public final class FailingLog extends ForwardingLog {

    private final Queue<Runnable> beforeRefusals = new ConcurrentLinkedQueue<>();
    private boolean lost;
    private Optional<String> failure = Optional.empty();

    public FailingLog(EventLog log) {
        super(log);
    }

    public void fail(String why) {
        failure = Optional.of(why);
    }

    /** It has failed for good. */
    public void lose(String why) {
        fail(why);
        lost = true;
    }

    @Override
    public Optional<String> failure() {
        return lost ? failure : Optional.empty();
    }

    public void recover() {
        failure = Optional.empty();
    }

    /** Refuses whoever watches next, after that has been done. */
    public void refuseNextWatch(Runnable before) {
        beforeRefusals.add(before);
    }

    @Override
    public Watch watch(TaskId id, LogWatcher watcher) {
        Runnable before = beforeRefusals.poll();
        if (before == null) {
            return super.watch(id, watcher);
        }
        before.run();
        throw new EventLogException.Unavailable("Not now", null);
    }

    @Override
    public CompletionStage<Appended> append(TaskId id, Batch batch) {
        return failure.<CompletionStage<Appended>>map(
                        why -> CompletableFuture.failedStage(new EventLogException.Unavailable(why, null)))
                .orElseGet(() -> super.append(id, batch));
    }
}
