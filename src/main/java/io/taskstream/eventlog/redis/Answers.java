package io.taskstream.eventlog.redis;

import io.taskstream.eventlog.EventLogException;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Waits for Redis, where the caller may. */
final class Answers {

    private final long millis;

    /**
     * @param command how long Redis may take for one command, after which the command fails
     */
    Answers(Duration command) {
        // The command's own time-out says more.
        this.millis = command.toMillis() + 1_000;
    }

    /** The answer; what failed is an {@link EventLogException}. */
    <T> T await(CompletionStage<T> stage) {
        T answer = awaitOrNull(stage);
        if (answer == null) {
            throw new EventLogException.Unavailable("Redis answered nothing", null);
        }
        return answer;
    }

    /** The answer, which may be {@code null}. */
    <T> @Nullable T awaitOrNull(CompletionStage<T> stage) {
        try {
            return stage.toCompletableFuture().get(millis, TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw Failures.asEventLogException(e);
        } catch (TimeoutException e) {
            throw new EventLogException.Unavailable("Redis did not answer in time", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new EventLogException.Unavailable("The server stops", e);
        }
    }
}
