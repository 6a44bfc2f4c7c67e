package io.taskstream.eventlog.redis;

import io.lettuce.core.RedisCommandExecutionException;
import io.taskstream.eventlog.EventLogException;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;

/** What a failure of Redis means to a caller. */
final class Failures {

    /** The error codes with which Redis says that it, or another node, will do it soon. */
    private static final Set<String> PASSING =
            Set.of("LOADING", "READONLY", "CLUSTERDOWN", "MASTERDOWN", "TRYAGAIN", "MOVED", "ASK", "BUSY", "NOSCRIPT");

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

    /** The failure as the engine's callers know it. */
    static EventLogException asEventLogException(Throwable failure) {
        Throwable cause = cause(failure);
        return cause instanceof EventLogException known
                ? known
                : new EventLogException.Unavailable("Redis: " + message(failure), cause);
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
