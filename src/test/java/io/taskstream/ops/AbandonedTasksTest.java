package io.taskstream.ops;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskstream.client.TaskStatus;
import io.taskstream.eventlog.Batch;
import io.taskstream.eventlog.Upload;
import io.taskstream.eventlog.UploadChange;
import io.taskstream.eventlog.memory.MemoryBounds;
import io.taskstream.eventlog.memory.MemoryEventLog;
import io.taskstream.task.TaskId;
import io.taskstream.testing.ManualScheduler;
import io.taskstream.testing.Samples;
import io.taskstream.testing.SettableTime;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class AbandonedTasksTest {

    private static final TaskId TASK = new TaskId("t");
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final SettableTime time = new SettableTime();
    private final MemoryEventLog log =
            new MemoryEventLog(new MemoryBounds(100, 1 << 20, 100, Duration.ofHours(1)), time, () -> 0L);
    private final ManualScheduler scheduler = new ManualScheduler();

    AbandonedTasksTest() {
        log.create(Samples.task(TASK.value()));
    }

    @Test
    void aTaskEndsAsFailedWhenItsOnlyProducerHasBeenLostForLong() {
        start(PATIENCE);
        change(new UploadChange.Begin("a", "text/plain"));
        time.advance(Upload.GRACE.plus(PATIENCE).minusMillis(1));
        scheduler.tick();
        assertThat(status()).isEqualTo(TaskStatus.OPEN);
        time.advance(Duration.ofMillis(1));
        scheduler.tick();
        assertThat(status()).isEqualTo(TaskStatus.FAILED);
        assertThat(new String(log.history(TASK, 0, 1).get(0).data(), StandardCharsets.UTF_8))
                .contains("\"The producer of upload a was last heard of at 2026-11-24T10:00:00Z\"");
    }

    @Test
    void oneProducerThatIsThereIsEnough() {
        start(PATIENCE);
        change(new UploadChange.Begin("a", "text/plain"));
        change(new UploadChange.Begin("b", "text/plain"));
        time.advance(Duration.ofMinutes(5));
        change(new UploadChange.Claim("b", 0));
        scheduler.tick();
        assertThat(status()).isEqualTo(TaskStatus.OPEN);
    }

    @Test
    void aTaskWhoseUploadsAreCompleteOrThatHasNoneStaysOpen() {
        start(PATIENCE);
        log.create(Samples.task("other"));
        change(new UploadChange.Begin("a", "text/plain"));
        change(new UploadChange.Claim("a", 0));
        change(new UploadChange.Advance("a", 1, 0, 0, true));
        time.advance(Duration.ofDays(1));
        scheduler.tick();
        assertThat(status()).isEqualTo(TaskStatus.OPEN);
        assertThat(log.find(new TaskId("other")).orElseThrow().task().status()).isEqualTo(TaskStatus.OPEN);
    }

    @Test
    void itIsOffByDefault() {
        start(Duration.ZERO);
        change(new UploadChange.Begin("a", "text/plain"));
        time.advance(Duration.ofDays(1));
        scheduler.tick();
        assertThat(status()).isEqualTo(TaskStatus.OPEN);
    }

    private void start(Duration patience) {
        AbandonedTasks started =
                new AbandonedTasks(log, Samples.READER, patience, time).start(scheduler, Runnable::run);
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
