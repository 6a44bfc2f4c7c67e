package io.taskstream.testing;

import io.taskstream.eventlog.Appended;
import io.taskstream.eventlog.Batch;
import io.taskstream.eventlog.EventLog;
import io.taskstream.eventlog.EventLogException;
import io.taskstream.task.TaskId;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Another log whose appends fail when told, as if its disk were full. */
public final class FailingLog extends ForwardingLog {

    private Optional<String> failure = Optional.empty();

    public FailingLog(EventLog log) {
        super(log);
    }

    public void fail(String why) {
        failure = Optional.of(why);
    }

    public void recover() {
        failure = Optional.empty();
    }

    @Override
    public CompletionStage<Appended> append(TaskId id, Batch batch) {
        return failure.<CompletionStage<Appended>>map(
                        why -> CompletableFuture.failedStage(new EventLogException.Unavailable(why, null)))
                .orElseGet(() -> super.append(id, batch));
    }
}
