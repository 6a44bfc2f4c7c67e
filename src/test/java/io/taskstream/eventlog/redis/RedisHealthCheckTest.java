package io.taskstream.eventlog.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.lettuce.core.RedisClient;
import io.taskstream.testing.ManualExecutor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RedisHealthCheckTest {

    private final AtomicInteger attempts = new AtomicInteger();
    private final ManualExecutor executor = new ManualExecutor();
    private final RedisLink link = new RedisLink(RedisClient.create(), this::connect);

    private RedisLink.Connections connect() {
        attempts.incrementAndGet();
        throw new IllegalStateException("No thread for that");
    }

    @AfterEach
    void close() {
        link.close();
    }

    @Test
    void goesOnWhateverKeptItFromConnecting() {
        var health = new RedisHealthCheck(link, executor);
        for (int i = 1; i <= 3; i++) {
            health.check();
            executor.runAll();
            assertThat(attempts).hasValue(i);
            assertThat(health.trouble())
                    .hasValueSatisfying(trouble -> assertThat(trouble).contains("No thread for that"));
        }
    }

    @Test
    void goesOnThoughNobodyCouldConnect() {
        var refusals = new AtomicInteger();
        var health = new RedisHealthCheck(link, work -> {
            if (refusals.getAndIncrement() == 0) {
                throw new RejectedExecutionException("Busy");
            }
            executor.execute(work);
        });
        health.check();
        assertThat(health.isDown()).isTrue();
        health.check();
        executor.runAll();
        assertThat(attempts).hasValue(1);
    }
}
