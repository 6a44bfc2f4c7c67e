package io.taskstream.eventlog.redis;

import io.lettuce.core.RedisException;
import io.lettuce.core.RedisNoScriptException;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.output.IntegerOutput;
import io.lettuce.core.protocol.AsyncCommand;
import io.lettuce.core.protocol.Command;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import io.taskstream.client.TaskStatus;
import io.taskstream.eventlog.Appended;
import io.taskstream.eventlog.Batch;
import io.taskstream.eventlog.EventId;
import io.taskstream.eventlog.EventLogException;
import io.taskstream.eventlog.EventLogException.UploadRefused;
import io.taskstream.eventlog.Upload;
import io.taskstream.eventlog.UploadChange;
import io.taskstream.metrics.Stopwatch;
import io.taskstream.task.EventData;
import io.taskstream.task.TaskId;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Calls {@code append.lua}, and waits for the configured number of replicas. Thread-safe; never blocks. */
final class AppendScript {

    private static final Script APPEND = Script.load("append", ScriptOutputType.VALUE);

    private final RedisLink link;
    private final RedisConfig config;
    private final String node;
    private final long replicaMillis;
    private final AcknowledgedUploads uploads;
    private final Stopwatch calls;

    /**
     * @param node the unique name of this engine
     * @param calls measures each call, including the wait for replicas
     */
    AppendScript(RedisLink link, RedisConfig config, String node, AcknowledgedUploads uploads, Stopwatch calls) {
        this.link = link;
        this.config = config;
        this.node = node;
        this.replicaMillis = Math.max(1, config.timeouts().command().toMillis() / 2);
        this.uploads = uploads;
        this.calls = calls;
    }

    /** Makes the call, possibly not for the first time. Returns the script's reply. */
    CompletionStage<String> run(Call call) {
        String[] keys = keys(call);
        byte[][] arguments = arguments(call);
        long start = calls.start();
        CompletionStage<byte[]> reply = config.server().replicas() == 0
                ? APPEND.run(link::writing, keys, arguments)
                : runAndWait(keys, arguments);
        return reply.thenApply(text -> {
            calls.stop(start);
            return Script.text(text);
        });
    }

    private String[] keys(Call call) {
        var keys = new TaskStore.Keys(config.server().prefix(), call.id());
        List<String> all = new ArrayList<>(List.of(keys.state(), keys.events(), keys.calls(), keys.wake()));
        for (PendingBatch pending : call.batches()) {
            String key = pending.batch().idempotencyKey();
            if (key != null) {
                all.add(keys.answer(key));
            }
        }
        return all.toArray(String[]::new);
    }

    private byte[][] arguments(Call call) {
        RedisConfig.Retention retention = config.retention();
        List<byte[]> all = new ArrayList<>();
        all.add(Script.bytes(node));
        all.add(Script.bytes(call.number));
        all.add(Script.bytes(RedisConfig.Timeouts.REPLY_KEPT.toMillis()));
        all.add(Script.bytes(retention.events()));
        all.add(Script.bytes(retention.keys().toMillis()));
        all.add(Script.bytes(retention.finished().toMillis()));
        call.batches().forEach(pending -> add(call.id(), pending.batch(), all));
        return all.toArray(byte[][]::new);
    }

    private void add(TaskId id, Batch batch, List<byte[]> all) {
        UploadChange change = batch.upload();
        EventId expected = batch.expectedLast();
        TaskStatus end = batch.end();
        all.add(Script.bytes(expected == null ? "" : expected.toString()));
        all.add(Script.bytes(batch.fingerprint() == null ? "" : batch.fingerprint()));
        all.add(Script.bytes(end == null ? "" : end.wireName()));
        all.add(Script.bytes(batch.traceparent() == null ? "" : batch.traceparent()));
        all.add(Script.bytes(change == null ? "" : UploadText.encode(change, uploads.claimed(id, change))));
        all.add(Script.bytes(batch.events().size()));
        batch.events().stream().map(EventData::json).forEach(all::add);
    }

    /**
     * {@code WAIT} covers the earlier writes of the same connection. So both commands are sent together: one by one, WAIT
     * might use a new connection, on which nothing was written.
     */
    private CompletionStage<byte[]> runAndWait(String[] keys, byte[][] arguments) {
        AsyncCommand<String, byte[], byte[]> reply = APPEND.command(keys, arguments);
        AsyncCommand<String, byte[], Long> reached = new AsyncCommand<>(waitForReplicas());
        try {
            link.writeTogether(List.of(reply, reached));
        } catch (RedisException | EventLogException e) {
            return CompletableFuture.failedStage(e);
        }
        return reply.thenCombine(reached, this::checked).exceptionallyCompose(this::loadIfMissing);
    }

    private Command<String, byte[], Long> waitForReplicas() {
        CommandArgs<String, byte[]> arguments = new CommandArgs<>(RedisClients.CODEC)
                .add(config.server().replicas())
                .add(replicaMillis);
        return new Command<>(CommandType.WAIT, new IntegerOutput<>(RedisClients.CODEC), arguments);
    }

    private byte[] checked(byte[] reply, long reached) {
        int replicas = config.server().replicas();
        if (reached < replicas) {
            throw new EventLogException.Unavailable(
                    "Redis: " + reached + " replicas of " + replicas + " have what was appended", null);
        }
        return reply;
    }

    /** Loads the script if Redis does not know it, so that the retry succeeds. */
    private CompletionStage<byte[]> loadIfMissing(Throwable failure) {
        CompletionStage<?> loaded = Replies.cause(failure) instanceof RedisNoScriptException
                ? APPEND.load(link::writing)
                : CompletableFuture.completedStage("");
        return loaded.thenCompose(done -> CompletableFuture.failedStage(failure));
    }

    /**
     * A batch that waits for its result.
     *
     * @param deadline the end of its retries, in nanoseconds
     */
    record PendingBatch(Batch batch, long bytes, long deadline, CompletableFuture<Appended> result) {

        boolean isLate(long now) {
            return now - deadline > 0;
        }
    }

    /**
     * The batches that one call appends to a task's log. While there is no reply, the call may be repeated under its
     * number: Redis does it once.
     */
    static final class Call {

        private final TaskId id;
        private final String number;
        private final List<PendingBatch> batches;

        /** Whether Redis may have received it. */
        private volatile boolean sent;

        Call(TaskId id, String number, List<PendingBatch> batches) {
            this.id = id;
            this.number = number;
            this.batches = batches;
        }

        TaskId id() {
            return id;
        }

        List<PendingBatch> batches() {
            return batches;
        }

        /** Marks the call as sent. From now on its batches must stay the same. */
        void markSent() {
            sent = true;
        }

        boolean isSent() {
            return sent;
        }

        /** Returns the same call without those batches; only before it is sent. */
        Call without(List<PendingBatch> late) {
            return new Call(
                    id,
                    number,
                    batches.stream().filter(each -> !late.contains(each)).toList());
        }

        /** Completes the batches by the script's reply. */
        void complete(String reply) {
            try {
                completeAll(reply);
            } catch (RuntimeException | Error e) {
                fail(new EventLogException.Unavailable("Redis answered " + reply, e));
                throw e;
            }
        }

        private void completeAll(String reply) {
            String[] words = reply.split(" ", -1);
            if (words.length != batches.size() + 1) {
                fail(
                        reply.equals("none")
                                ? new EventLogException.NoSuchTask(id)
                                : new EventLogException.Unavailable(
                                        "Redis was asked too late, and answered " + reply, null));
                return;
            }
            for (int i = 0; i < batches.size(); i++) {
                complete(batches.get(i), words[0], words[i + 1]);
            }
        }

        private void complete(PendingBatch pending, String epoch, String word) {
            CompletableFuture<Appended> result = pending.result();
            UploadChange change = pending.batch().upload();
            String[] wordAndState = word.split(";", 2);
            Upload upload = change == null || wordAndState.length == 1
                    ? null
                    : UploadText.decode(change.name(), wordAndState[1]);
            String[] parts = wordAndState[0].split(":", -1);
            switch (parts[0]) {
                case "a" ->
                    result.complete(new Appended(
                            Integer.parseInt(parts[1]), new EventId(epoch, Long.parseLong(parts[2])), upload));
                case "r" ->
                    result.completeExceptionally(
                            new UploadRefused(UploadRefused.Reason.valueOf(parts[1]), upload, epoch));
                case "u" ->
                    result.completeExceptionally(
                            new EventLogException.UnexpectedLast(new EventId(epoch, Long.parseLong(parts[1]))));
                case "k" -> result.completeExceptionally(new EventLogException.KeyReused());
                default -> result.completeExceptionally(new EventLogException.TaskFinished(id));
            }
        }

        void fail(EventLogException failure) {
            batches.forEach(pending -> pending.result().completeExceptionally(failure));
        }
    }
}
