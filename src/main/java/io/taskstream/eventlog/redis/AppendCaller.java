package io.taskstream.eventlog.redis;

import io.lettuce.core.RedisException;
import io.lettuce.core.RedisNoScriptException;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.output.IntegerOutput;
import io.lettuce.core.protocol.AsyncCommand;
import io.lettuce.core.protocol.Command;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import io.taskstream.eventlog.EventLogException;
import io.taskstream.metrics.Stopwatch;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Calls the script that appends, and waits for as many replicas as it is told to. */
final class AppendCaller {

    private static final Script APPEND = Script.load("append", ScriptOutputType.VALUE);

    private final RedisLink link;
    private final RedisPlace place;
    private final RedisRetention retention;
    private final String node;
    private final long replicaMillis;
    private final Stopwatch calls;

    /**
     * @param node names this engine; no other has or had the name
     * @param timeout how long replicas may take
     * @param calls measures how long Redis takes, with replicas if it waits for some
     */
    AppendCaller(
            RedisLink link,
            RedisPlace place,
            RedisRetention retention,
            String node,
            Duration timeout,
            Stopwatch calls) {
        this.link = link;
        this.place = place;
        this.retention = retention;
        this.node = node;
        this.replicaMillis = Math.max(1, timeout.toMillis() / 2);
        this.calls = calls;
    }

    /** Makes the call, maybe not for the first time, and answers what the script did. */
    CompletionStage<String> call(AppendCall call) {
        String[] keys = call.keys(new TaskKeys(place.prefix(), call.id()));
        byte[][] arguments = call.arguments(node, retention);
        long start = calls.start();
        CompletionStage<byte[]> answer =
                place.replicas() == 0 ? APPEND.run(link::writing, keys, arguments) : callAndWait(keys, arguments);
        return answer.thenApply(text -> {
            calls.stop(start);
            return Bytes.text(text);
        });
    }

    /**
     * {@code WAIT} means what was written before on the same connection, so they go together: one by one, it might go
     * over a new connection, on which nothing was written.
     */
    private CompletionStage<byte[]> callAndWait(String[] keys, byte[][] arguments) {
        AsyncCommand<String, byte[], byte[]> answer = APPEND.command(keys, arguments);
        AsyncCommand<String, byte[], Long> reached = new AsyncCommand<>(waitForReplicas());
        try {
            link.writeTogether(List.of(answer, reached));
        } catch (RedisException | EventLogException e) {
            return CompletableFuture.failedStage(e);
        }
        return answer.thenCombine(reached, this::checked).exceptionallyCompose(this::learn);
    }

    private Command<String, byte[], Long> waitForReplicas() {
        CommandArgs<String, byte[]> words =
                new CommandArgs<>(RedisClients.CODEC).add(place.replicas()).add(replicaMillis);
        return new Command<>(CommandType.WAIT, new IntegerOutput<>(RedisClients.CODEC), words);
    }

    private byte[] checked(byte[] answer, long reached) {
        if (reached < place.replicas()) {
            throw new EventLogException.Unavailable(
                    "Redis: " + reached + " replicas of " + place.replicas() + " have what was appended", null);
        }
        return answer;
    }

    private CompletionStage<byte[]> learn(Throwable failure) {
        CompletionStage<?> learnt = Failures.cause(failure) instanceof RedisNoScriptException
                ? APPEND.load(link::writing)
                : CompletableFuture.completedStage("");
        return learnt.thenCompose(done -> CompletableFuture.failedStage(failure));
    }
}
