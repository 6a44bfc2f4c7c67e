package io.taskstream.eventlog.redis;

import java.time.Duration;

/**
 * How much is kept.
 *
 * @param events of a task, at least that many of the newest, and not many more
 * @param finished how long a task after its end, zero for ever
 * @param keys how long idempotency keys
 */
public record RedisRetention(int events, Duration finished, Duration keys) {

    public RedisRetention {
        if (events < 1 || finished.isNegative() || keys.toMillis() < 1) {
            throw new IllegalArgumentException("Retention is positive: " + events + ", " + finished + ", " + keys);
        }
    }
}
