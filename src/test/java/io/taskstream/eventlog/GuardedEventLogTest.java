package io.taskstream.eventlog;

import static io.taskstream.testing.Samples.batch;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.taskstream.eventlog.memory.MemoryBounds;
import io.taskstream.eventlog.memory.MemoryEventLog;
import io.taskstream.task.TaskId;
import io.taskstream.testing.FailingLog;
import io.taskstream.testing.ManualTicker;
import io.taskstream.testing.Samples;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

class GuardedEventLogTest {

    private static final TaskId TASK = new TaskId("t");

    private final ManualTicker ticker = new ManualTicker();
    private final LogMeters meters = LogMeters.create();
    private final FailingLog engine = new FailingLog(
            new MemoryEventLog(new MemoryBounds(100, 1 << 20, 10), InstantSource.fixed(Samples.NOON), () -> 0L));
    private final GuardedEventLog log = new GuardedEventLog(engine, meters, ticker::nanos);

    @Test
    void whatIsKeptIsCounted() {
        log.create(Samples.task("t"));
        append("1", "22");
        assertThat(meters.events().sum()).isEqualTo(2);
        assertThat(meters.bytes().sum()).isEqualTo(3);
        assertThat(meters.appends().counts()).startsWith(1);
    }

    @Test
    void aRefusalIsNoTrouble() {
        assertThatExceptionOfType(CompletionException.class)
                .isThrownBy(() -> append("1"))
                .withCauseInstanceOf(EventLogException.NoSuchTask.class);
        assertThat(log.trouble()).isEmpty();
        assertThat(meters.events().sum()).isZero();
    }

    @Test
    void afterAFailureThereIsTroubleUntilEventsAreKeptAgain() {
        log.create(Samples.task("t"));
        engine.fail("The disk is full");
        assertThatExceptionOfType(CompletionException.class).isThrownBy(() -> append("1"));
        assertThat(log.trouble()).contains("The disk is full");
        engine.recover();
        append("1");
        assertThat(log.trouble()).isEmpty();
    }

    @Test
    void troubleIsForgottenInTimeSoThatItIsTriedAgain() {
        log.create(Samples.task("t"));
        engine.fail("The disk is full");
        assertThatExceptionOfType(CompletionException.class).isThrownBy(() -> append("1"));
        ticker.advance(Duration.ofSeconds(10));
        assertThat(log.trouble()).isEmpty();
    }

    @Test
    void onceClosedItIsUnavailable() {
        log.create(Samples.task("t"));
        log.close();
        log.close();
        assertThat(log.trouble()).isPresent();
        assertThatExceptionOfType(EventLogException.Unavailable.class).isThrownBy(() -> log.find(TASK));
        assertThatExceptionOfType(CompletionException.class)
                .isThrownBy(() -> append("1"))
                .withCauseInstanceOf(EventLogException.Unavailable.class);
        assertThatExceptionOfType(CompletionException.class)
                .isThrownBy(() -> join(log.read(TASK, 0, 1)))
                .withCauseInstanceOf(EventLogException.Unavailable.class);
    }

    private void append(String... json) {
        join(log.append(TASK, batch(json)));
    }

    private static void join(CompletionStage<?> stage) {
        stage.toCompletableFuture().join();
    }
}
