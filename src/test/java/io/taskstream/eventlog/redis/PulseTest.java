package io.taskstream.eventlog.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.lettuce.core.RedisClient;
import io.taskstream.testing.ManualExecutor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PulseTest {

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
        var pulse = new Pulse(link, executor);
        for (int i = 1; i <= 3; i++) {
            pulse.ask();
            executor.runAll();
            assertThat(attempts).hasValue(i);
            assertThat(pulse.trouble())
                    .hasValueSatisfying(trouble -> assertThat(trouble).contains("No thread for that"));
        }
    }

    @Test
    void goesOnThoughNobodyCouldConnect() {
        var refusals = new AtomicInteger();
        var pulse = new Pulse(link, work -> {
            if (refusals.getAndIncrement() == 0) {
                throw new RejectedExecutionException("Busy");
            }
            executor.execute(work);
        });
        pulse.ask();
        assertThat(pulse.isDown()).isTrue();
        pulse.ask();
        executor.runAll();
        assertThat(attempts).hasValue(1);
    }
}
