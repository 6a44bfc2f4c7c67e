package io.taskstream.eventlog.redis;

import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisException;
import io.taskstream.eventlog.EventLogException;
import io.taskstream.eventlog.RepeatedFailures;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;

/** What a failure of Redis means to a caller. */
final class Failures {

    /** The error codes with which Redis says that it, or another node, will do it soon. */
    private static final Set<String> PASSING =
            Set.of("LOADING", "READONLY", "CLUSTERDOWN", "MASTERDOWN", "TRYAGAIN", "MOVED", "ASK", "BUSY", "NOSCRIPT");

    private static final RepeatedFailures UNEXPECTED = new RepeatedFailures(
            System.getLogger(Failures.class.getName()), "A call of Redis failed for a reason that is not Redis's");

    private Failures() {}

    static Throwable cause(Throwable failure) {
        boolean isWrapper = failure instanceof CompletionException || failure instanceof ExecutionException;
        return isWrapper && failure.getCause() != null ? failure.getCause() : failure;
    }

    /** Whether to try again makes sense: the answer did not come, or says so. */
    static boolean isPassing(Throwable failure) {
        if (!(cause(failure) instanceof RedisCommandExecutionException)) {
            return true;
        }
        return PASSING.contains(String.valueOf(cause(failure).getMessage()).split(" ", 2)[0]);
    }

    /** The failure as the engine's callers know it. A fault of ours, of which they only learn that, is logged. */
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

    /** What is wrong, for people; of what failed for another reason, such as a wrong password, that reason too. */
    static String message(Throwable failure) {
        Throwable cause = cause(failure);
        Throwable reason = cause;
        while (reason.getCause() != null) {
            reason = reason.getCause();
        }
        return reason == cause ? ownMessage(cause) : ownMessage(cause) + ": " + ownMessage(reason);
    }

    private static String ownMessage(Throwable failure) {
        String message = failure.getMessage();
        return message == null ? failure.getClass().getSimpleName() : message;
    }
}
