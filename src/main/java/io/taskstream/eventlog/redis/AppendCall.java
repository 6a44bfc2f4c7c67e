package io.taskstream.eventlog.redis;

import io.taskstream.eventlog.Appended;
import io.taskstream.eventlog.Batch;
import io.taskstream.eventlog.EventId;
import io.taskstream.eventlog.EventLogException;
import io.taskstream.task.EventData;
import io.taskstream.task.TaskId;
import io.taskstream.task.TaskStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Batches that one call of {@code append.lua} brings to a task's log. The call may be made again, with its number, while
 * its answer has not come: Redis does it once.
 */
final class AppendCall {

    /** How long Redis keeps a call's answer: far longer than anybody goes on asking. */
    static final Duration ANSWER_KEPT = Duration.ofMinutes(5);

    private final TaskId id;
    private final String number;
    private final List<PendingBatch> batches;

    /** Whether Redis may have got it. */
    private volatile boolean sent;

    AppendCall(TaskId id, long number, List<PendingBatch> batches) {
        this(id, Long.toString(number), batches);
    }

    private AppendCall(TaskId id, String number, List<PendingBatch> batches) {
        this.id = id;
        this.number = number;
        this.batches = batches;
    }

    /**
     * A batch that waits for its answer.
     *
     * @param deadline until when it is tried, in nanoseconds
     */
    record PendingBatch(Batch batch, long bytes, long deadline, CompletableFuture<Appended> answer) {

        boolean isLate(long now) {
            return now - deadline > 0;
        }

        /** Whether somebody still waits for the answer. */
        boolean isAwaited() {
            return !answer.isDone();
        }
    }

    TaskId id() {
        return id;
    }

    List<PendingBatch> batches() {
        return batches;
    }

    /** It is about to be sent, and is to hold the same batches from now on. */
    void sent() {
        sent = true;
    }

    boolean isSent() {
        return sent;
    }

    /** The same call without those of its batches; only while Redis can't have got it. */
    AppendCall without(List<PendingBatch> late) {
        return new AppendCall(
                id,
                number,
                batches.stream().filter(each -> !late.contains(each)).toList());
    }

    String[] keys(TaskKeys keys) {
        List<String> all = new ArrayList<>(List.of(keys.state(), keys.events(), keys.calls(), keys.wake()));
        for (PendingBatch pending : batches) {
            String key = pending.batch().idempotencyKey();
            if (key != null) {
                all.add(keys.answer(key));
            }
        }
        return all.toArray(String[]::new);
    }

    byte[][] arguments(String node, RedisRetention retention) {
        List<byte[]> all = new ArrayList<>();
        all.add(Bytes.of(node));
        all.add(Bytes.of(number));
        all.add(Bytes.of(ANSWER_KEPT.toMillis()));
        all.add(Bytes.of(retention.events()));
        all.add(Bytes.of(retention.keys().toMillis()));
        all.add(Bytes.of(retention.finished().toMillis()));
        batches.forEach(pending -> add(pending.batch(), all));
        return all.toArray(byte[][]::new);
    }

    private static void add(Batch batch, List<byte[]> all) {
        EventId expected = batch.expectedLast();
        TaskStatus end = batch.end();
        all.add(Bytes.of(expected == null ? "" : expected.toString()));
        all.add(Bytes.of(batch.fingerprint() == null ? "" : batch.fingerprint()));
        all.add(Bytes.of(end == null ? "" : end.wireName()));
        all.add(Bytes.of(batch.traceparent() == null ? "" : batch.traceparent()));
        all.add(Bytes.of(batch.events().size()));
        batch.events().stream().map(EventData::json).forEach(all::add);
    }

    /** Answers the batches as Redis did. */
    void complete(String answer) {
        try {
            completeAll(answer);
        } catch (RuntimeException | Error e) {
            fail(new EventLogException.Unavailable("Redis answered " + answer, e));
            throw e;
        }
    }

    private void completeAll(String answer) {
        String[] words = answer.split(" ", -1);
        if (words.length != batches.size() + 1) {
            fail(refusal(answer));
            return;
        }
        for (int i = 0; i < batches.size(); i++) {
            complete(batches.get(i).answer(), words[0], words[i + 1]);
        }
    }

    private EventLogException refusal(String answer) {
        return answer.equals("none")
                ? new EventLogException.NoSuchTask(id)
                : new EventLogException.Unavailable("Redis was asked too late, and answered " + answer, null);
    }

    private void complete(CompletableFuture<Appended> batch, String epoch, String word) {
        String[] parts = word.split(":", -1);
        switch (parts[0]) {
            case "a" ->
                batch.complete(new Appended(Integer.parseInt(parts[1]), new EventId(epoch, Long.parseLong(parts[2]))));
            case "u" ->
                batch.completeExceptionally(
                        new EventLogException.UnexpectedLast(new EventId(epoch, Long.parseLong(parts[1]))));
            case "k" -> batch.completeExceptionally(new EventLogException.KeyReused());
            default -> batch.completeExceptionally(new EventLogException.TaskFinished(id));
        }
    }

    void fail(EventLogException failure) {
        batches.forEach(pending -> pending.answer().completeExceptionally(failure));
    }
}
