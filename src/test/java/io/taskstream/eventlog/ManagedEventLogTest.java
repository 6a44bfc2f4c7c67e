package io.taskstream.eventlog;

import static io.taskstream.testing.Samples.batch;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.taskstream.eventlog.memory.MemoryBounds;
import io.taskstream.eventlog.memory.MemoryEventLog;
import io.taskstream.metrics.LogMeters;
import io.taskstream.metrics.LogUsage;
import io.taskstream.task.TaskId;
import io.taskstream.testing.FailingLog;
import io.taskstream.testing.ManualScheduler;
import io.taskstream.testing.ManualTicker;
import io.taskstream.testing.Samples;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** An engine with metrics, and one that can be opened only later. */
class ManagedEventLogTest {

    private static final TaskId TASK = new TaskId("t");

    private final ManualTicker ticker = new ManualTicker();
    private final LogMeters meters = LogMeters.create();
    private final FailingLog engine = new FailingLog(
            new MemoryEventLog(new MemoryBounds(100, 1 << 20, 10), InstantSource.fixed(Samples.NOON), () -> 0L));
    private final ManagedEventLog log = new ManagedEventLog(engine, meters, ticker::nanos);
    private final ManualScheduler scheduler = new ManualScheduler();
    private String reason = "The directory can't be made";

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
    void aChangeWithoutEventsIsNoSignOfADiskThatWorks() {
        log.create(Samples.task("t"));
        engine.fail("The disk is full");
        assertThatExceptionOfType(CompletionException.class).isThrownBy(() -> append("1"));
        engine.recover();
        join(log.append(TASK, Batch.of(List.of(), new UploadChange.Begin("u", "text/plain"), null)));
        assertThat(log.trouble()).contains("The disk is full");
        assertThat(meters.appends().counts()).containsOnly(0);
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

    private EventLog open() {
        if (!reason.isEmpty()) {
            throw new EventLogException.Unavailable(reason, null);
        }
        return new MemoryEventLog(new MemoryBounds(100, 1 << 20, 10), InstantSource.fixed(Samples.NOON), () -> 0L);
    }

    @Test
    void untilItIsOpenEveryCallSaysWhyItIsNot() {
        EventLog later = openManaged();
        assertThat(later.trouble()).contains(reason);
        assertThat(later.usage()).isEqualTo(LogUsage.UNKNOWN);
        assertThatExceptionOfType(EventLogException.Unavailable.class)
                .isThrownBy(() -> later.create(Samples.task("t")))
                .withMessage(reason);
        assertThatExceptionOfType(EventLogException.Unavailable.class).isThrownBy(() -> later.find(TASK));
        assertThatExceptionOfType(CompletionException.class)
                .isThrownBy(() ->
                        later.append(TASK, batch("1")).toCompletableFuture().join())
                .withCauseInstanceOf(EventLogException.Unavailable.class);
        assertThatExceptionOfType(CompletionException.class)
                .isThrownBy(() -> later.read(TASK, 0, 1).toCompletableFuture().join())
                .withCauseInstanceOf(EventLogException.Unavailable.class);

        reason = "The disk fails";
        scheduler.tick();
        assertThat(later.trouble()).contains("The disk fails");
    }

    @Test
    void itIsOpenedAsSoonAsThatCanBeDone() {
        EventLog later = openManaged();
        reason = "";
        scheduler.tick();
        assertThat(later.trouble()).isEmpty();
        assertThat(scheduler.scheduled()).isZero();
        later.create(Samples.task("t"));
        later.append(TASK, batch("1")).toCompletableFuture().join();
        assertThat(later.history(TASK, 0, 10)).hasSize(1);
    }

    @Test
    void whatCanBeOpenedAtOnceIsNotTriedAgain() {
        reason = "";
        assertThat(openManaged().trouble()).isEmpty();
        assertThat(scheduler.scheduled()).isZero();
    }

    @Test
    void whatOnlyAnOperatorCanRepairIsNotTriedAgain() {
        assertThatIllegalStateException()
                .isThrownBy(() -> ManagedEventLog.open(
                        () -> {
                            throw new IllegalStateException("It is open in another process");
                        },
                        scheduler,
                        meters,
                        ticker::nanos));
        assertThat(scheduler.scheduled()).isZero();
    }

    @Test
    void afterItIsClosedItIsNotOpened() {
        EventLog later = openManaged();
        later.close();
        reason = "";
        scheduler.tick();
        assertThat(later.trouble()).isPresent();
    }

    @Test
    void anErrorIsNoReasonToStopTrying() {
        var errors = new AtomicInteger(3);
        ManagedEventLog later = ManagedEventLog.open(
                () -> {
                    if (reason.isEmpty() && errors.getAndDecrement() > 0) {
                        throw new NoClassDefFoundError("io/example/Missing");
                    }
                    return open();
                },
                scheduler,
                meters,
                ticker::nanos);
        reason = "";
        scheduler.tick();
        assertThat(later.trouble()).hasValueSatisfying(why -> assertThat(why).contains("io/example/Missing"));
        scheduler.tick();
        scheduler.tick();
        scheduler.tick();
        assertThat(later.trouble()).isEmpty();
    }

    private EventLog openManaged() {
        return ManagedEventLog.open(this::open, scheduler, meters, ticker::nanos);
    }
}
