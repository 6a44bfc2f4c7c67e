package io.taskstream.testing;

import io.taskstream.eventlog.Appended;
import io.taskstream.eventlog.Batch;
import io.taskstream.eventlog.Chunk;
import io.taskstream.eventlog.EventLog;
import io.taskstream.task.TaskId;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/** Another log whose appends and reads, once it is slow, complete when told. */
public final class SlowLog extends ForwardingLog {

    private final Queue<Runnable> pending = new ArrayDeque<>();
    private boolean slow;

    public SlowLog(EventLog log) {
        super(log);
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
        return later(() -> super.append(id, batch));
    }

    @Override
    public CompletionStage<Chunk> read(TaskId id, long after, int maxBytes) {
        return later(() -> super.read(id, after, maxBytes));
    }
}
