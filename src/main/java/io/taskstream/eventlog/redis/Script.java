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
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/** A Lua script that Redis runs atomically. Its file documents the arguments and the reply. */
final class Script {

    private final String source;
    private final String digest;
    private final ScriptOutputType output;

    private Script(String source, ScriptOutputType output) {
        this.source = source;
        this.digest = sha1(source);
        this.output = output;
    }

    /** Loads the script of that name from the class path. */
    static Script load(String name, ScriptOutputType output) {
        try (InputStream in = Script.class.getResourceAsStream("/redis/" + name + ".lua")) {
            if (in == null) {
                throw new IllegalStateException("There is no script " + name);
            }
            return new Script(new String(in.readAllBytes(), StandardCharsets.UTF_8), output);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    static byte[] bytes(long number) {
        return bytes(Long.toString(number));
    }

    static byte[][] bytes(List<String> texts) {
        return texts.stream().map(Script::bytes).toArray(byte[][]::new);
    }

    /** Returns a reply that is a byte array as text. */
    static String text(Object reply) {
        return new String((byte[]) reply, StandardCharsets.UTF_8);
    }

    /** Returns a reply that is a byte array of digits as a number. */
    static long number(Object reply) {
        return Long.parseLong(text(reply));
    }

    private static String sha1(String text) {
        try {
            MessageDigest sha1 = MessageDigest.getInstance("SHA-1");
            return HexFormat.of().formatHex(sha1.digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Loads the script into Redis. */
    CompletionStage<String> load(Supplier<RedisClusterAsyncCommands<String, byte[]>> redis) {
        return redis.get().scriptLoad(source);
    }

    /** Returns a command, still to be sent, that fails with {@link RedisNoScriptException} if Redis does not know the script. */
    AsyncCommand<String, byte[], byte[]> command(String[] keys, byte[]... arguments) {
        CommandArgs<String, byte[]> all = new CommandArgs<>(RedisClients.CODEC)
                .add(digest)
                .add(keys.length)
                .addKeys(keys)
                .addValues(arguments);
        return new AsyncCommand<>(new Command<>(CommandType.EVALSHA, new ValueOutput<>(RedisClients.CODEC), all));
    }

    private <T> CompletionStage<T> runKnown(
            Supplier<RedisClusterAsyncCommands<String, byte[]>> redis, String[] keys, byte[]... arguments) {
        try {
            return redis.get().evalsha(digest, output, keys, arguments);
        } catch (RedisException | EventLogException e) {
            return CompletableFuture.failedStage(e);
        }
    }

    /** Runs the script. Its source is sent only if Redis does not know it; in that case nothing was run. */
    <T> CompletionStage<T> run(
            Supplier<RedisClusterAsyncCommands<String, byte[]>> redis, String[] keys, byte[]... arguments) {
        return this.<T>runKnown(redis, keys, arguments)
                .exceptionallyCompose(failure -> Replies.cause(failure) instanceof RedisNoScriptException
                        ? redis.get().<T>eval(source, output, keys, arguments)
                        : CompletableFuture.failedStage(failure));
    }
}
