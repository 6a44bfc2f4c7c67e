package io.taskstream.eventlog.redis;

import io.taskstream.eventlog.EventLogException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** Connects, and asks again and again whether Redis answers, so that nothing is sent while it does not. */
final class Pulse {

    private static final Logger LOG = System.getLogger(Pulse.class.getName());

    private final RedisLink link;
    private final Executor executor;
    private final AtomicBoolean asking = new AtomicBoolean();
    private volatile @Nullable String trouble;

    /**
     * @param executor waits for the connection
     */
    Pulse(RedisLink link, Executor executor) {
        this.link = link;
        this.executor = executor;
    }

    boolean isDown() {
        return trouble != null;
    }

    /** Refuses what would only wait in vain. */
    void check() {
        if (isDown()) {
            throw unavailable();
        }
    }

    /** What is told to who asks while Redis does not answer. */
    static EventLogException unavailable() {
        return new EventLogException.Unavailable("Redis does not answer", null);
    }

    /** What is wrong, for people; empty while Redis answers. */
    Optional<String> trouble() {
        return Optional.ofNullable(trouble);
    }

    /** Asks, unless the last answer has not come yet. */
    void ask() {
        if (!asking.compareAndSet(false, true)) {
            return;
        }
        if (link.isConnected()) {
            ping().whenComplete((answer, failure) -> heard(failure));
        } else {
            connectLater();
        }
    }

    private void connectLater() {
        try {
            executor.execute(this::connect);
        } catch (RejectedExecutionException e) {
            heard(e);
        }
    }

    /** Connects, or tries to; waits for Redis. */
    void connect() {
        try {
            link.connect();
        } catch (RuntimeException e) {
            // Whatever it was: who does not hear of it would never ask again.
            heard(e);
            return;
        }
        heard(null);
    }

    private CompletionStage<String> ping() {
        try {
            // Over what reads: a WAIT for replicas holds up all that follows it over what writes, though Redis is well.
            return link.reading().ping();
        } catch (RuntimeException e) {
            return CompletableFuture.failedStage(e);
        }
    }

    private void heard(@Nullable Throwable failure) {
        boolean wasDown = isDown();
        trouble = failure == null ? null : "Redis does not answer: " + Failures.message(failure);
        if (wasDown != isDown()) {
            LOG.log(isDown() ? Level.WARNING : Level.INFO, isDown() ? trouble : "Redis answers again");
        }
        asking.set(false);
    }
}
