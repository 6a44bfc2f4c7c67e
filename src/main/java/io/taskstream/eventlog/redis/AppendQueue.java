package io.taskstream.eventlog.redis;

import io.taskstream.eventlog.Appended;
import io.taskstream.eventlog.Batch;
import io.taskstream.eventlog.EventLogException;
import io.taskstream.eventlog.redis.AppendScript.Call;
import io.taskstream.eventlog.redis.AppendScript.PendingBatch;
import io.taskstream.task.EventData;
import io.taskstream.task.TaskId;
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
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The queue of appends, with one call under way per task. Batches that arrive meanwhile form the next call. So batches keep
 * their order, a busy task needs few calls, and a call whose reply was lost can be repeated. Calls of different tasks are
 * pipelined. Each batch has its own deadline, however batches are grouped. Thread-safe; never blocks. Results are completed
 * on the executor.
 */
final class AppendQueue {

    private static final long RETRY_MILLIS = 100;

    /** The limit of a call with several batches, since Redis serves no other task meanwhile. */
    private static final long CALL_BYTES = 256 << 10;

    private static final long MAX_WAITING_BYTES = 64 << 20;

    private final ConcurrentMap<TaskId, Deque<PendingBatch>> waiting = new ConcurrentHashMap<>();
    private final ConcurrentMap<TaskId, Call> underWay = new ConcurrentHashMap<>();
    private final AtomicLong waitingBytes = new AtomicLong();
    private final AtomicLong calls = new AtomicLong();

    private final Function<Call, CompletionStage<String>> caller;
    private final RedisHealthCheck health;
    private final long appendNanos;
    private final long commandNanos;
    private final RedisConfig.Threads threads;

    /**
     * @param caller makes a call, possibly not for the first time, and returns the script's reply
     */
    AppendQueue(
            Function<Call, CompletionStage<String>> caller,
            RedisHealthCheck health,
            RedisConfig.Timeouts timeouts,
            RedisConfig.Threads threads) {
        this.caller = caller;
        this.health = health;
        this.appendNanos = timeouts.append().toNanos();
        this.commandNanos = timeouts.command().toNanos();
        this.threads = threads;
    }

    CompletionStage<Appended> append(TaskId id, Batch batch) {
        long bytes = bytes(batch);
        if (waitingBytes.addAndGet(bytes) > MAX_WAITING_BYTES) {
            waitingBytes.addAndGet(-bytes);
            return CompletableFuture.failedStage(
                    new EventLogException.Unavailable("Too much waits for Redis already", null));
        }
        var pending =
                new PendingBatch(batch, bytes, threads.nanos().getAsLong() + appendNanos, new CompletableFuture<>());
        Deque<PendingBatch> own = new ArrayDeque<>();
        Deque<PendingBatch> queue = waiting.compute(id, (task, present) -> {
            Deque<PendingBatch> batches = present == null ? own : present;
            batches.add(pending);
            return batches;
        });
        if (queue == own) {
            callNext(id);
        }
        return pending.result();
    }

    private static long bytes(Batch batch) {
        long bytes = 512;
        for (EventData event : batch.events()) {
            bytes += event.json().length + 64;
        }
        return bytes;
    }

    /** Runs only while no call of the task is under way. */
    private void callNext(TaskId id) {
        Call call = nextCall(id);
        if (call != null) {
            underWay.put(id, call);
            attempt(call);
        }
    }

    private @Nullable Call nextCall(TaskId id) {
        refuseWaiting(id, threads.nanos().getAsLong());
        List<PendingBatch> batches = new ArrayList<>();
        waiting.computeIfPresent(id, (task, queue) -> {
            long bytes = 0;
            while (!queue.isEmpty() && (bytes == 0 || bytes + queue.getFirst().bytes() <= CALL_BYTES)) {
                bytes += queue.getFirst().bytes();
                batches.add(queue.removeFirst());
            }
            return batches.isEmpty() ? null : queue;
        });
        return batches.isEmpty() ? null : new Call(id, Long.toString(calls.incrementAndGet()), batches);
    }

    private void attempt(Call call) {
        if (health.isDown()) {
            retry(call, RedisHealthCheck.unavailable());
            return;
        }
        call.markSent();
        CompletionStage<String> reply;
        try {
            reply = caller.apply(call);
        } catch (RuntimeException | Error e) {
            finish(call, () -> call.fail(Replies.asEventLogException(e)));
            return;
        }
        reply.whenComplete((text, failure) -> replied(call, text, failure));
    }

    private void replied(Call call, String reply, @Nullable Throwable failure) {
        if (failure == null) {
            finish(call, () -> call.complete(reply));
        } else if (Replies.isRetryable(failure)) {
            retry(call, Replies.asEventLogException(failure));
        } else {
            finish(call, () -> call.fail(Replies.asEventLogException(failure)));
        }
    }

    /** Redis may have done the call or not. Its number tells, so that repeating it does no harm. */
    private void retry(Call call, EventLogException failure) {
        long now = threads.nanos().getAsLong();
        List<PendingBatch> late =
                call.batches().stream().filter(pending -> pending.isLate(now)).toList();
        if (late.size() == call.batches().size()) {
            finish(call, () -> call.fail(failure));
            return;
        }
        Call rest = call;
        if (!call.isSent() && !late.isEmpty()) {
            // Redis can't have received these, and after their deadline they must not be appended any more.
            rest = call.without(late);
            underWay.put(call.id(), rest);
            release(late);
        }
        refuse(late, failure);
        attemptAgain(rest, failure);
    }

    private void attemptAgain(Call call, EventLogException failure) {
        try {
            var unused = threads.scheduler().schedule(() -> attempt(call), RETRY_MILLIS, TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            finish(call, () -> call.fail(failure));
        } catch (RuntimeException | Error e) {
            finish(call, () -> call.fail(Replies.asEventLogException(e)));
        }
    }

    private void finish(Call call, Runnable completion) {
        release(call.batches());
        underWay.remove(call.id());
        try {
            threads.execute(completion);
        } finally {
            callNext(call.id());
        }
    }

    private void release(List<PendingBatch> batches) {
        batches.forEach(pending -> waitingBytes.addAndGet(-pending.bytes()));
    }

    /**
     * Refuses batches that have waited for too long: behind a call for the time that appends are retried, and in a call for
     * one command more. To be called periodically, since the failure of a call does not complete the batches behind it.
     */
    void refuseLate() {
        long now = threads.nanos().getAsLong();
        waiting.keySet().forEach(id -> refuseWaiting(id, now));
        underWay.values().forEach(call -> {
            List<PendingBatch> late = call.batches().stream()
                    .filter(pending -> pending.isLate(now - commandNanos))
                    .toList();
            refuse(late, late());
        });
    }

    private void refuseWaiting(TaskId id, long now) {
        List<PendingBatch> late = new ArrayList<>();
        waiting.computeIfPresent(id, (task, queue) -> {
            while (!queue.isEmpty() && queue.getFirst().isLate(now)) {
                late.add(queue.removeFirst());
            }
            return queue;
        });
        release(late);
        refuse(late, late());
    }

    private void refuse(List<PendingBatch> late, EventLogException reason) {
        List<PendingBatch> awaited =
                late.stream().filter(pending -> !pending.result().isDone()).toList();
        if (!awaited.isEmpty()) {
            threads.execute(() -> awaited.forEach(pending -> pending.result().completeExceptionally(reason)));
        }
    }

    private EventLogException late() {
        return health.isDown()
                ? RedisHealthCheck.unavailable()
                : new EventLogException.Unavailable("Redis did not append in time", null);
    }
}
