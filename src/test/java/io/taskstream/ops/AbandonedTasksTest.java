package io.taskstream.ops;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskstream.client.TaskStatus;
import io.taskstream.eventlog.Batch;
import io.taskstream.eventlog.EventLog;
import io.taskstream.eventlog.ManagedEventLog;
import io.taskstream.eventlog.Upload;
import io.taskstream.eventlog.UploadChange;
import io.taskstream.eventlog.memory.MemoryBounds;
import io.taskstream.eventlog.memory.MemoryEventLog;
import io.taskstream.metrics.LogMeters;
import io.taskstream.task.TaskId;
import io.taskstream.testing.FailingLog;
import io.taskstream.testing.ManualExecutor;
import io.taskstream.testing.ManualScheduler;
import io.taskstream.testing.ManualTicker;
import io.taskstream.testing.Samples;
import io.taskstream.testing.SettableTime;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class AbandonedTasksTest {

    private static final TaskId TASK = new TaskId("t");
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration PERIOD = Duration.ofSeconds(6);

    /** From the last sign of a producer to the end of its task. */
    private static final Duration WAIT = Upload.GRACE.plus(PATIENCE);

    private final SettableTime time = new SettableTime();
    private final MemoryEventLog log =
            new MemoryEventLog(new MemoryBounds(100, 1 << 20, 100, Duration.ofHours(1)), time, () -> 0L);
    private final FailingLog failing = new FailingLog(log);
    private final ManualTicker ticker = new ManualTicker();
    private final ManualScheduler scheduler = new ManualScheduler();

    AbandonedTasksTest() {
        log.create(Samples.task(TASK.value()));
    }

    @Test
    void aTaskEndsAsFailedWhenItsOnlyProducerHasBeenLostForLong() {
        start(PATIENCE);
        change(new UploadChange.Begin("a", "text/plain"));
        pass(Upload.GRACE.plus(PATIENCE).minusMillis(1));
        assertThat(status()).isEqualTo(TaskStatus.OPEN);
        pass(Duration.ofMillis(1));
        assertThat(status()).isEqualTo(TaskStatus.FAILED);
        assertThat(new String(log.history(TASK, 0, 1).get(0).data(), StandardCharsets.UTF_8))
                .contains("\"The producer of upload a was last heard of at 2026-11-24T10:00:00Z\"");
    }

    @Test
    void oneProducerThatIsThereIsEnough() {
        start(PATIENCE);
        change(new UploadChange.Begin("a", "text/plain"));
        change(new UploadChange.Begin("b", "text/plain"));
        for (int minutes = 0; minutes < 5; minutes++) {
            pass(Duration.ofMinutes(1));
            change(new UploadChange.Claim("b", 0));
        }
        assertThat(status()).isEqualTo(TaskStatus.OPEN);
    }

    @Test
    void aTaskWhoseUploadsAreCompleteOrThatHasNoneStaysOpen() {
        start(PATIENCE);
        log.create(Samples.task("other"));
        change(new UploadChange.Begin("a", "text/plain"));
        change(new UploadChange.Claim("a", 0));
        change(new UploadChange.Advance("a", 1, 0, 0, true));
        pass(Duration.ofHours(1));
        assertThat(status()).isEqualTo(TaskStatus.OPEN);
        assertThat(log.find(new TaskId("other")).orElseThrow().task().status()).isEqualTo(TaskStatus.OPEN);
    }

    @Test
    void itIsOffByDefault() {
        start(Duration.ZERO);
        change(new UploadChange.Begin("a", "text/plain"));
        pass(Duration.ofHours(1));
        assertThat(status()).isEqualTo(TaskStatus.OPEN);
    }

    @Test
    void afterAStartProducersHaveTheWholeTimeToComeBack() {
        change(new UploadChange.Begin("a", "text/plain"));
        time.advance(Duration.ofDays(1));
        start(PATIENCE);
        pass(WAIT.minusMillis(1));
        assertThat(status()).isEqualTo(TaskStatus.OPEN);
        pass(Duration.ofMillis(1));
        assertThat(status()).isEqualTo(TaskStatus.FAILED);
    }

    @Test
    void anOutageOfTheLogIsNoAbsenceOfProducers() {
        start(PATIENCE);
        change(new UploadChange.Begin("a", "text/plain"));
        pass(Duration.ofSeconds(12));
        failing.failLists(true);
        pass(Duration.ofMinutes(5));
        failing.failLists(false);
        pass(WAIT.minusSeconds(1));
        assertThat(status()).isEqualTo(TaskStatus.OPEN);
        pass(PERIOD.multipliedBy(2));
        assertThat(status()).isEqualTo(TaskStatus.FAILED);
    }

    @Test
    void anOutageDuringTheFirstWaitIsNoticedToo() {
        change(new UploadChange.Begin("a", "text/plain"));
        start(PATIENCE);
        failing.failLists(true);
        pass(PATIENCE);
        failing.failLists(false);
        pass(PATIENCE);
        assertThat(status()).isEqualTo(TaskStatus.OPEN);
    }

    @Test
    void aLogThatCouldBeReadButNotWrittenHeardOfNobody() {
        var managed = new ManagedEventLog(failing, LogMeters.create(), ticker::nanos);
        start(managed, PATIENCE, Runnable::run);
        change(new UploadChange.Begin("a", "text/plain"));
        pass(Duration.ofSeconds(12));
        failing.fail("The disk is full");
        for (int i = 0; i < 50; i++) {
            pass(PERIOD);
            assertThat(managed.append(TASK, Batch.of(List.of(), new UploadChange.Heard("a", 0), null)))
                    .isCompletedExceptionally();
        }
        failing.recover();
        pass(PATIENCE);
        assertThat(status()).isEqualTo(TaskStatus.OPEN);
        pass(WAIT);
        assertThat(status()).isEqualTo(TaskStatus.FAILED);
    }

    @Test
    void aStepOfTheClockIsNoAbsenceOfProducers() {
        start(PATIENCE);
        change(new UploadChange.Begin("a", "text/plain"));
        pass(Duration.ofMinutes(1));
        change(new UploadChange.Heard("a", 0));
        time.advance(Duration.ofHours(1));
        pass(WAIT.minus(PERIOD));
        assertThat(status()).isEqualTo(TaskStatus.OPEN);
        pass(PERIOD.multipliedBy(2));
        assertThat(status()).isEqualTo(TaskStatus.FAILED);
    }

    @Test
    void aPauseOfTheProcessIsNoAbsenceOfProducers() {
        start(PATIENCE);
        change(new UploadChange.Begin("a", "text/plain"));
        pass(Duration.ofMinutes(1));
        change(new UploadChange.Heard("a", 0));
        time.advance(Duration.ofHours(1));
        ticker.advance(Duration.ofHours(1));
        pass(WAIT.minus(PERIOD));
        assertThat(status()).isEqualTo(TaskStatus.OPEN);
        pass(PERIOD.multipliedBy(2));
        assertThat(status()).isEqualTo(TaskStatus.FAILED);
    }

    @Test
    void anExecutorThatRefusesOnceDoesNotEndTheSweeps() {
        var refusals = new AtomicInteger(2);
        start(failing, PATIENCE, sweep -> {
            int left = refusals.getAndDecrement();
            if (left == 2) {
                throw new RejectedExecutionException("Full");
            }
            if (left == 1) {
                throw new InternalError("unable to create native thread");
            }
            sweep.run();
        });
        change(new UploadChange.Begin("a", "text/plain"));
        pass(WAIT.multipliedBy(2));
        assertThat(status()).isEqualTo(TaskStatus.FAILED);
    }

    @Test
    void noSweepBeginsBeforeTheLastHasEnded() {
        var executor = new ManualExecutor();
        start(failing, PATIENCE, executor);
        scheduler.tick();
        scheduler.tick();
        assertThat(executor.waiting()).isEqualTo(1);
        executor.runAll();
        scheduler.tick();
        assertThat(executor.waiting()).isEqualTo(1);
    }

    /** Lets the time pass, with a sweep after each period. */
    private void pass(Duration duration) {
        for (Duration left = duration; left.compareTo(Duration.ZERO) > 0; left = left.minus(PERIOD)) {
            Duration step = left.compareTo(PERIOD) < 0 ? left : PERIOD;
            time.advance(step);
            ticker.advance(step);
            scheduler.tick();
        }
    }

    private void start(Duration patience) {
        start(failing, patience, Runnable::run);
    }

    private void start(EventLog of, Duration patience, Executor executor) {
        AbandonedTasks started =
                new AbandonedTasks(of, Samples.READER, patience, time, ticker).start(scheduler, executor);
        assertThat(started).isNotNull();
    }

    private void change(UploadChange change) {
        log.append(TASK, Batch.of(List.of(), change, null))
                .toCompletableFuture()
                .join();
    }

    private TaskStatus status() {
        return log.find(TASK).orElseThrow().task().status();
    }
}
