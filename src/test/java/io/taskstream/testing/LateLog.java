package io.taskstream.testing;

import io.taskstream.eventlog.Chunk;
import io.taskstream.eventlog.EventLog;
import io.taskstream.task.TaskId;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Another log whose reads are done at once but complete when told, so that what they return may be outdated. */
public final class LateLog extends ForwardingLog {

    private final Queue<Runnable> pending = new ArrayDeque<>();
    private int reads;

    public LateLog(EventLog log) {
        super(log);
    }

    public int waiting() {
        return pending.size();
    }

    /** How many reads there have been. */
    public int reads() {
        return reads;
    }

    public void finishOne() {
        pending.remove().run();
    }

    /** Completes all reads, also those that are begun meanwhile, but only so many that a test fails instead of hanging. */
    public void finishAll() {
        for (int i = 0; i < 1_000 && !pending.isEmpty(); i++) {
            finishOne();
        }
    }

    @Override
    public CompletionStage<Chunk> read(TaskId id, long after, int maxBytes) {
        reads++;
        var later = new CompletableFuture<Chunk>();
        super.read(id, after, maxBytes)
                .whenComplete((chunk, error) -> pending.add(
                        error == null ? () -> later.complete(chunk) : () -> later.completeExceptionally(error)));
        return later;
    }
}
