package io.taskstream.eventlog.redis;

import io.taskstream.eventlog.EventLogException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Connects, and checks periodically whether Redis answers, so that calls fail at once while it does not. Thread-safe.
 */
final class RedisHealthCheck {

    private static final Logger LOG = System.getLogger(RedisHealthCheck.class.getName());

    private final RedisLink link;
    private final Executor executor;
    private final AtomicBoolean checking = new AtomicBoolean();
    private volatile @Nullable String trouble;

    /**
     * @param executor waits for the connection
     */
    RedisHealthCheck(RedisLink link, Executor executor) {
        this.link = link;
        this.executor = executor;
    }

    boolean isDown() {
        return trouble != null;
    }

    /**
     * Throws instead of letting a call wait in vain.
     *
     * @throws EventLogException if Redis is down
     */
    void requireUp() {
        if (isDown()) {
            throw unavailable();
        }
    }

    static EventLogException unavailable() {
        return new EventLogException.Unavailable("Redis does not answer", null);
    }

    /** Returns the reason why Redis is down, for people; empty while it is up. */
    Optional<String> trouble() {
        return Optional.ofNullable(trouble);
    }

    /** Begins a check, unless one is under way. Never blocks. */
    void check() {
        if (!checking.compareAndSet(false, true)) {
            return;
        }
        // Whatever is thrown must end the check, or there would never be another.
        try {
            if (link.isConnected()) {
                // Over its own connection: on the others a WAIT for replicas or a page of history delays all that
                // follows.
                link.health().ping().whenComplete((reply, failure) -> finish(failure));
            } else {
                executor.execute(this::connect);
            }
        } catch (RuntimeException | Error e) {
            finish(e);
        }
    }

    /** Tries to connect. Blocks. */
    void connect() {
        try {
            link.connect();
        } catch (RuntimeException | Error e) {
            finish(e);
            return;
        }
        finish(null);
    }

    private void finish(@Nullable Throwable failure) {
        boolean wasDown = isDown();
        trouble = failure == null ? null : "Redis does not answer: " + Replies.message(failure);
        checking.set(false);
        if (wasDown != isDown()) {
            LOG.log(isDown() ? Level.WARNING : Level.INFO, isDown() ? trouble : "Redis answers again");
        }
    }
}
