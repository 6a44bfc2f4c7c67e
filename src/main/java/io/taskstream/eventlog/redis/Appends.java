package io.taskstream.eventlog.redis;

import io.taskstream.eventlog.Appended;
import io.taskstream.eventlog.Batch;
import io.taskstream.eventlog.EventLogException;
import io.taskstream.eventlog.redis.AppendCall.PendingBatch;
import io.taskstream.task.EventData;
import io.taskstream.task.TaskId;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Appends, with one call under way for each task: what is asked for meanwhile goes together with the next. So batches
 * keep their order, a busy task costs few calls, and a call whose answer was lost can be made again. Calls of different
 * tasks are pipelined. Thread-safe, and nothing blocks.
 */
final class Appends {

    private static final long RETRY_MILLIS = 100;

    /** More than one batch only up to so many bytes, for no other task is served meanwhile. */
    private static final long CALL_BYTES = 256 << 10;

    /** What waits may take so much of the heap, in bytes. */
    private static final long WAITING_BYTES = 64 << 20;

    private final ConcurrentMap<TaskId, Deque<PendingBatch>> waiting = new ConcurrentHashMap<>();
    private final AtomicLong waitingBytes = new AtomicLong();
    private final AtomicLong calls = new AtomicLong();

    private final AppendCaller caller;
    private final Pulse pulse;
    private final long patience;
    private final RedisThreads threads;

    /**
     * @param patience how long to go on trying
     */
    Appends(AppendCaller caller, Pulse pulse, Duration patience, RedisThreads threads) {
        this.caller = caller;
        this.pulse = pulse;
        this.patience = patience.toNanos();
        this.threads = threads;
    }

    CompletionStage<Appended> append(TaskId id, Batch batch) {
        long bytes = bytes(batch);
        if (waitingBytes.addAndGet(bytes) > WAITING_BYTES) {
            waitingBytes.addAndGet(-bytes);
            return CompletableFuture.failedStage(
                    new EventLogException.Unavailable("Too much waits for Redis already", null));
        }
        var pending = new PendingBatch(batch, bytes, threads.nanos().getAsLong() + patience, new CompletableFuture<>());
        Deque<PendingBatch> own = new ArrayDeque<>();
        Deque<PendingBatch> queue = waiting.compute(id, (task, present) -> {
            Deque<PendingBatch> batches = present == null ? own : present;
            batches.add(pending);
            return batches;
        });
        if (queue == own) {
            callNext(id);
        }
        return pending.answer();
    }

    private static long bytes(Batch batch) {
        long bytes = 512;
        for (EventData event : batch.events()) {
            bytes += event.json().length + 64;
        }
        return bytes;
    }

    /** Runs only where no call of the task is under way. */
    private void callNext(TaskId id) {
        AppendCall call = next(id);
        if (call != null) {
            attempt(id, call);
        }
    }

    private @Nullable AppendCall next(TaskId id) {
        List<PendingBatch> batches = new ArrayList<>();
        waiting.computeIfPresent(id, (task, queue) -> {
            long bytes = 0;
            while (!queue.isEmpty() && (bytes == 0 || bytes + queue.getFirst().bytes() <= CALL_BYTES)) {
                bytes += queue.getFirst().bytes();
                batches.add(queue.removeFirst());
            }
            return batches.isEmpty() ? null : queue;
        });
        return batches.isEmpty() ? null : new AppendCall(id, calls.incrementAndGet(), batches);
    }

    private void attempt(TaskId id, AppendCall call) {
        if (pulse.isDown()) {
            again(id, call, Pulse.unavailable());
            return;
        }
        caller.call(call).whenComplete((answer, failure) -> {
            if (failure == null) {
                finish(id, call, () -> call.complete(answer));
            } else if (Failures.isPassing(failure)) {
                again(id, call, Failures.asEventLogException(failure));
            } else {
                finish(id, call, () -> call.fail(Failures.asEventLogException(failure)));
            }
        });
    }

    /** Redis may have done it or not; the call's number tells it, so to ask again does no harm. */
    private void again(TaskId id, AppendCall call, EventLogException failure) {
        if (threads.nanos().getAsLong() - call.deadline() > 0) {
            finish(id, call, () -> call.fail(failure));
            return;
        }
        try {
            var unused = threads.scheduler().schedule(() -> attempt(id, call), RETRY_MILLIS, TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            finish(id, call, () -> call.fail(failure));
        }
    }

    private void finish(TaskId id, AppendCall call, Runnable answer) {
        call.batches().forEach(pending -> waitingBytes.addAndGet(-pending.bytes()));
        try {
            threads.executor().execute(answer);
        } catch (RejectedExecutionException e) {
            answer.run();
        }
        callNext(id);
    }
}
