package io.taskstream.eventlog;

import static io.taskstream.testing.Samples.batch;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.taskstream.eventlog.memory.MemoryBounds;
import io.taskstream.eventlog.memory.MemoryEventLog;
import io.taskstream.task.TaskId;
import io.taskstream.testing.ManualScheduler;
import io.taskstream.testing.Samples;
import java.time.InstantSource;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class AwaitedEventLogTest {

    private static final TaskId TASK = new TaskId("t");

    private final ManualScheduler scheduler = new ManualScheduler();
    private String reason = "The directory can't be made";

    private EventLog open() {
        if (!reason.isEmpty()) {
            throw new EventLogException.Unavailable(reason, null);
        }
        return new MemoryEventLog(new MemoryBounds(100, 1 << 20, 10), InstantSource.fixed(Samples.NOON), () -> 0L);
    }

    @Test
    void untilItIsOpenEveryCallSaysWhyItIsNot() {
        EventLog log = AwaitedEventLog.open(this::open, scheduler);
        assertThat(log.trouble()).contains(reason);
        assertThat(log.usage()).isEqualTo(LogUsage.UNKNOWN);
        assertThatExceptionOfType(EventLogException.Unavailable.class)
                .isThrownBy(() -> log.create(Samples.task("t")))
                .withMessage(reason);
        assertThatExceptionOfType(EventLogException.Unavailable.class).isThrownBy(() -> log.find(TASK));
        assertThatExceptionOfType(CompletionException.class)
                .isThrownBy(
                        () -> log.append(TASK, batch("1")).toCompletableFuture().join())
                .withCauseInstanceOf(EventLogException.Unavailable.class);
        assertThatExceptionOfType(CompletionException.class)
                .isThrownBy(() -> log.read(TASK, 0, 1).toCompletableFuture().join())
                .withCauseInstanceOf(EventLogException.Unavailable.class);

        reason = "The disk fails";
        scheduler.tick();
        assertThat(log.trouble()).contains("The disk fails");
    }

    @Test
    void itIsOpenedAsSoonAsThatCanBeDone() {
        EventLog log = AwaitedEventLog.open(this::open, scheduler);
        reason = "";
        scheduler.tick();
        assertThat(log.trouble()).isEmpty();
        assertThat(scheduler.scheduled()).isZero();
        log.create(Samples.task("t"));
        log.append(TASK, batch("1")).toCompletableFuture().join();
        assertThat(log.history(TASK, 0, 10)).hasSize(1);
    }

    @Test
    void whatCanBeOpenedAtOnceIsNotWrapped() {
        reason = "";
        assertThat(AwaitedEventLog.open(this::open, scheduler)).isInstanceOf(MemoryEventLog.class);
        assertThat(scheduler.scheduled()).isZero();
    }

    @Test
    void whatOnlyAnOperatorCanMendIsNotTriedAgain() {
        assertThatIllegalStateException()
                .isThrownBy(() -> AwaitedEventLog.open(
                        () -> {
                            throw new IllegalStateException("It is open in another process");
                        },
                        scheduler));
        assertThat(scheduler.scheduled()).isZero();
    }

    @Test
    void afterItIsClosedItIsNotOpened() {
        EventLog log = AwaitedEventLog.open(this::open, scheduler);
        log.close();
        reason = "";
        scheduler.tick();
        assertThat(log.trouble()).isPresent();
    }

    @Test
    void anErrorIsNoReasonToStopTrying() {
        var errors = new AtomicInteger(3);
        EventLog log = AwaitedEventLog.open(
                () -> {
                    if (reason.isEmpty() && errors.getAndDecrement() > 0) {
                        throw new NoClassDefFoundError("io/example/Missing");
                    }
                    return open();
                },
                scheduler);
        reason = "";
        scheduler.tick();
        assertThat(log.trouble()).hasValueSatisfying(why -> assertThat(why).contains("io/example/Missing"));
        scheduler.tick();
        scheduler.tick();
        scheduler.tick();
        assertThat(log.trouble()).isEmpty();
    }
}
