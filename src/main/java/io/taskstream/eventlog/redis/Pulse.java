package io.taskstream.eventlog.redis;

import io.taskstream.eventlog.EventLogException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
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
        // Whatever is thrown: who does not hear of it would never ask again.
        try {
            if (link.isConnected()) {
                ping().whenComplete((answer, failure) -> heard(failure));
            } else {
                executor.execute(this::connect);
            }
        } catch (RuntimeException | Error e) {
            heard(e);
        }
    }

    /** Connects, or tries to; waits for Redis. */
    void connect() {
        try {
            link.connect();
        } catch (RuntimeException | Error e) {
            heard(e);
            return;
        }
        heard(null);
    }

    /**
     * Over a connection of its own: over that which writes, a WAIT for replicas holds up all that follows, and over that
     * which reads, so do pages of history, though Redis is well.
     */
    private CompletionStage<String> ping() {
        return link.pulse().ping();
    }

    private void heard(@Nullable Throwable failure) {
        boolean wasDown = isDown();
        trouble = failure == null ? null : "Redis does not answer: " + Failures.message(failure);
        asking.set(false);
        if (wasDown != isDown()) {
            LOG.log(isDown() ? Level.WARNING : Level.INFO, isDown() ? trouble : "Redis answers again");
        }
    }
}
