package io.taskstream.eventlog.redis;

import io.lettuce.core.RedisException;
import io.lettuce.core.RedisNoScriptException;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import io.lettuce.core.output.ValueOutput;
import io.lettuce.core.protocol.AsyncCommand;
import io.lettuce.core.protocol.Command;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import io.taskstream.eventlog.EventLogException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/** A script that runs inside Redis, all of it or nothing. Its file says what it takes and answers. */
final class Script {

    private final String source;
    private final String digest;
    private final ScriptOutputType answer;

    private Script(String source, ScriptOutputType answer) {
        this.source = source;
        this.digest = sha1(source);
        this.answer = answer;
    }

    /** The script of that name, with the form of its answer. */
    static Script load(String name, ScriptOutputType answer) {
        try (InputStream in = Script.class.getResourceAsStream("/redis/" + name + ".lua")) {
            if (in == null) {
                throw new IllegalStateException("There is no script " + name);
            }
            return new Script(new String(in.readAllBytes(), StandardCharsets.UTF_8), answer);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String sha1(String text) {
        try {
            MessageDigest sha1 = MessageDigest.getInstance("SHA-1");
            return HexFormat.of().formatHex(sha1.digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Has Redis learn it. */
    CompletionStage<String> load(Supplier<RedisClusterAsyncCommands<String, byte[]>> redis) {
        return redis.get().scriptLoad(source);
    }

    /** What runs it if Redis knows it, and else fails with {@link RedisNoScriptException}; not sent yet. */
    AsyncCommand<String, byte[], byte[]> command(String[] keys, byte[]... arguments) {
        CommandArgs<String, byte[]> words = new CommandArgs<>(RedisClients.CODEC)
                .add(digest)
                .add(keys.length)
                .addKeys(keys)
                .addValues(arguments);
        return new AsyncCommand<>(new Command<>(CommandType.EVALSHA, new ValueOutput<>(RedisClients.CODEC), words));
    }

    private <T> CompletionStage<T> runKnown(
            Supplier<RedisClusterAsyncCommands<String, byte[]>> redis, String[] keys, byte[]... arguments) {
        try {
            return redis.get().evalsha(digest, answer, keys, arguments);
        } catch (RedisException | EventLogException e) {
            return CompletableFuture.failedStage(e);
        }
    }

    /** Runs it; the source is sent only if Redis does not know it yet, in which case nothing was run. */
    <T> CompletionStage<T> run(
            Supplier<RedisClusterAsyncCommands<String, byte[]>> redis, String[] keys, byte[]... arguments) {
        return this.<T>runKnown(redis, keys, arguments)
                .exceptionallyCompose(failure -> Failures.cause(failure) instanceof RedisNoScriptException
                        ? redis.get().<T>eval(source, answer, keys, arguments)
                        : CompletableFuture.failedStage(failure));
    }
}
