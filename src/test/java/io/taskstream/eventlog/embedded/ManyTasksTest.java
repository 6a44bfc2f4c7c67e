package io.taskstream.eventlog.embedded;

import static io.taskstream.testing.Events.DONE;
import static org.assertj.core.api.Assertions.assertThat;

import io.taskstream.client.TaskStatus;
import io.taskstream.eventlog.LogState;
import io.taskstream.eventlog.TaskQuery;
import io.taskstream.task.Task;
import io.taskstream.task.TaskId;
import io.taskstream.testing.Events;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Tasks without publishers and viewers are only on disk. */
final class ManyTasksTest extends LogFixture {

    private static final int TASKS = 20_000;

    @Test
    void manyTasksCostNoHeapAndNoTimeAtStart() {
        var options = new EmbeddedOptions(directory.toString(), Durability.NONE, OpenLog.KEEP_ALL, 1 << 20, 8);
        EmbeddedEventLog log = OpenLog.with(options, time);
        open = log;
        for (int i = 0; i < TASKS; i++) {
            TaskId id = new TaskId("t" + i);
            log.create(Task.open(id, "Task", Map.of(), time.instant()));
            log.append(id, Events.batch("1", "2", "3", "4", DONE));
        }
        create(log, A);
        log.runMaintenance();
        assertThat(log.tasksInHeap()).isLessThan(10);
        closeLog();

        long start = System.nanoTime();
        log = OpenLog.with(options, time);
        open = log;
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
        assertThat(log.tasksInHeap()).isZero();

        List<LogState> newest = log.list(new TaskQuery(TaskStatus.COMPLETED, Map.of(), 3, null));
        assertThat(newest).extracting(state -> state.task().id().value()).containsExactly("t19999", "t19998", "t19997");
        assertThat(log.list(new TaskQuery(TaskStatus.OPEN, Map.of(), 3, null))).hasSize(1);
        assertThat(log.list(new TaskQuery(null, Map.of(), 10, new TaskId("t3"))))
                .hasSize(3);
        assertThat(data(log, new TaskId("t77"))).containsExactly("1", "2", "3", "4", DONE);
        assertThat(log.tasksInHeap()).isZero();
    }
}
