package io.taskstream.eventlog.redis;

import io.taskstream.eventlog.Appended;
import io.taskstream.eventlog.Batch;
import io.taskstream.eventlog.EventLogException;
import io.taskstream.eventlog.redis.AppendCall.PendingBatch;
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
 * Appends, with one call under way for each task: what is asked for meanwhile goes together with the next. So batches
 * keep their order, a busy task costs few calls, and a call whose answer was lost can be made again. Calls of different
 * tasks are pipelined. However batches are grouped, each is refused at its own time. Thread-safe, and nothing blocks; the
 * executor completes what callers wait for.
 */
final class Appends {

    private static final long RETRY_MILLIS = 100;

    /** More than one batch only up to so many bytes, for no other task is served meanwhile. */
    private static final long CALL_BYTES = 256 << 10;

    /** What waits may take so much of the heap, in bytes. */
    private static final long WAITING_BYTES = 64 << 20;

    private final ConcurrentMap<TaskId, Deque<PendingBatch>> waiting = new ConcurrentHashMap<>();
    private final ConcurrentMap<TaskId, AppendCall> underWay = new ConcurrentHashMap<>();
    private final AtomicLong waitingBytes = new AtomicLong();
    private final AtomicLong calls = new AtomicLong();

    private final Function<AppendCall, CompletionStage<String>> caller;
    private final Pulse pulse;
    private final long patience;
    private final long command;
    private final RedisThreads threads;

    /**
     * @param caller makes a call, maybe not for the first time, and answers what the script did
     */
    Appends(Function<AppendCall, CompletionStage<String>> caller, Pulse pulse, RedisTimes times, RedisThreads threads) {
        this.caller = caller;
        this.pulse = pulse;
        this.patience = times.append().toNanos();
        this.command = times.command().toNanos();
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
            underWay.put(id, call);
            attempt(call);
        }
    }

    private @Nullable AppendCall next(TaskId id) {
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
        return batches.isEmpty() ? null : new AppendCall(id, calls.incrementAndGet(), batches);
    }

    private void attempt(AppendCall call) {
        if (pulse.isDown()) {
            again(call, Pulse.unavailable());
            return;
        }
        call.sent();
        CompletionStage<String> answer;
        try {
            answer = caller.apply(call);
        } catch (RuntimeException | Error e) {
            finish(call, () -> call.fail(Failures.asEventLogException(e)));
            return;
        }
        answer.whenComplete((text, failure) -> answered(call, text, failure));
    }

    private void answered(AppendCall call, String answer, @Nullable Throwable failure) {
        if (failure == null) {
            finish(call, () -> call.complete(answer));
        } else if (Failures.isPassing(failure)) {
            again(call, Failures.asEventLogException(failure));
        } else {
            finish(call, () -> call.fail(Failures.asEventLogException(failure)));
        }
    }

    /** Redis may have done it or not; the call's number tells it, so to ask again does no harm. */
    private void again(AppendCall call, EventLogException failure) {
        long now = threads.nanos().getAsLong();
        List<PendingBatch> late =
                call.batches().stream().filter(pending -> pending.isLate(now)).toList();
        if (late.size() == call.batches().size()) {
            finish(call, () -> call.fail(failure));
            return;
        }
        AppendCall rest = call;
        if (!call.isSent() && !late.isEmpty()) {
            // What nobody waits for any more, and Redis can't have got, is better not appended.
            rest = call.without(late);
            underWay.put(call.id(), rest);
            release(late);
        }
        refuse(late, failure);
        attemptLater(rest, failure);
    }

    private void attemptLater(AppendCall call, EventLogException failure) {
        try {
            var unused = threads.scheduler().schedule(() -> attempt(call), RETRY_MILLIS, TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            finish(call, () -> call.fail(failure));
        } catch (RuntimeException | Error e) {
            finish(call, () -> call.fail(Failures.asEventLogException(e)));
        }
    }

    private void finish(AppendCall call, Runnable answer) {
        release(call.batches());
        underWay.remove(call.id());
        try {
            threads.execute(answer);
        } finally {
            callNext(call.id());
        }
    }

    private void release(List<PendingBatch> batches) {
        batches.forEach(pending -> waitingBytes.addAndGet(-pending.bytes()));
    }

    /**
     * Refuses what has waited for too long: behind a call for the time that appends are tried, and for an answer for one
     * command more. To be called again and again, since that a call fails says nothing to who waits behind it.
     */
    void refuseLate() {
        long now = threads.nanos().getAsLong();
        waiting.keySet().forEach(id -> refuseWaiting(id, now));
        underWay.values().forEach(call -> {
            List<PendingBatch> late = call.batches().stream()
                    .filter(pending -> pending.isLate(now - command))
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
                late.stream().filter(PendingBatch::isAwaited).toList();
        if (!awaited.isEmpty()) {
            threads.execute(() -> awaited.forEach(pending -> pending.answer().completeExceptionally(reason)));
        }
    }

    private EventLogException late() {
        return pulse.isDown()
                ? Pulse.unavailable()
                : new EventLogException.Unavailable("Redis did not append in time", null);
    }
}
