package io.taskstream.eventlog.redis;

import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisException;
import io.taskstream.eventlog.EventLogException;
import io.taskstream.eventlog.RepeatedFailures;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Waits for replies of Redis, and translates failures for the callers of the engine. */
final class Replies {

    /** The error codes of failures that end soon, without anyone's intervention. */
    private static final Set<String> RETRYABLE =
            Set.of("LOADING", "READONLY", "CLUSTERDOWN", "MASTERDOWN", "TRYAGAIN", "MOVED", "ASK", "BUSY", "NOSCRIPT");

    private static final RepeatedFailures UNEXPECTED = new RepeatedFailures(
            System.getLogger(Replies.class.getName()), "A call of Redis failed for a reason that is not Redis's");

    private final long millis;

    /**
     * @param command the timeout of a command
     */
    Replies(Duration command) {
        // Longer than the command's own timeout, whose message says more.
        this.millis = command.toMillis() + 1_000;
    }

    /**
     * Waits for a reply.
     *
     * @throws EventLogException if the command failed, or the reply is {@code null}
     */
    <T> T await(CompletionStage<T> stage) {
        T reply = awaitNullable(stage);
        if (reply == null) {
            throw new EventLogException.Unavailable("Redis answered nothing", null);
        }
        return reply;
    }

    /** Waits for a reply, which may be {@code null}. */
    <T> @Nullable T awaitNullable(CompletionStage<T> stage) {
        try {
            return stage.toCompletableFuture().get(millis, TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw asEventLogException(e);
        } catch (TimeoutException e) {
            throw new EventLogException.Unavailable("Redis did not answer in time", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new EventLogException.Unavailable("The server stops", e);
        }
    }

    static Throwable cause(Throwable failure) {
        boolean isWrapper = failure instanceof CompletionException || failure instanceof ExecutionException;
        return isWrapper && failure.getCause() != null ? failure.getCause() : failure;
    }

    /** Whether trying again may help: there was no reply, or it says so. */
    static boolean isRetryable(Throwable failure) {
        return !(cause(failure) instanceof RedisCommandExecutionException refused)
                || RETRYABLE.contains(String.valueOf(refused.getMessage()).split(" ", 2)[0]);
    }

    /** Translates a failure. One that is not Redis's is logged, since callers learn only that there was one. */
    static EventLogException asEventLogException(Throwable failure) {
        Throwable cause = cause(failure);
        if (cause instanceof EventLogException known) {
            return known;
        }
        if (!isExpected(cause)) {
            UNEXPECTED.report(cause);
        }
        return new EventLogException.Unavailable("Redis: " + message(failure), cause);
    }

    private static boolean isExpected(Throwable cause) {
        return cause instanceof RedisException
                || cause instanceof CancellationException
                || cause instanceof RejectedExecutionException
                || !(cause instanceof RuntimeException || cause instanceof Error);
    }

    /** Returns the message of a failure, and that of its root cause if there is one, such as a wrong password. */
    static String message(Throwable failure) {
        Throwable cause = cause(failure);
        Throwable root = cause;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root == cause ? ownMessage(cause) : ownMessage(cause) + ": " + ownMessage(root);
    }

    private static String ownMessage(Throwable failure) {
        String message = failure.getMessage();
        return message == null ? failure.getClass().getSimpleName() : message;
    }
}
