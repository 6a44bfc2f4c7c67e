package io.taskstream.eventlog.embedded;

import static io.taskstream.testing.Stages.join;

import io.taskstream.eventlog.Appended;
import io.taskstream.eventlog.Batch;
import io.taskstream.eventlog.EventLog;
import io.taskstream.task.Task;
import io.taskstream.task.TaskId;
import io.taskstream.testing.Events;
import io.taskstream.testing.SettableTime;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;

/** A log in a directory of its own, with helper methods. */
abstract class LogFixture {

    static final TaskId A = new TaskId("a");
    static final TaskId B = new TaskId("b");

    final SettableTime time = new SettableTime();

    @TempDir
    Path directory;

    @Nullable
    EmbeddedEventLog open;

    @AfterEach
    void closeLog() {
        if (open != null) {
            open.close();
        }
    }

    EmbeddedEventLog open(Retention retention) {
        closeLog();
        open = OpenLog.in(directory, time, retention);
        return open;
    }

    EmbeddedEventLog open() {
        return open(OpenLog.KEEP_ALL);
    }

    void create(EventLog log, TaskId id) {
        log.create(Task.open(id, "Task " + id, Map.of("k", "v"), time.instant()));
    }

    static Appended append(EventLog log, TaskId id, String... json) {
        return join(log.append(id, Events.batch(json)));
    }

    static Appended appendWithKey(EventLog log, TaskId id, String key, String... json) {
        return join(log.append(id, new Batch(Events.of(json), null, key)));
    }

    static List<String> data(EventLog log, TaskId id) {
        return log.history(id, 0, Integer.MAX_VALUE).stream()
                .map(event -> new String(event.data(), StandardCharsets.UTF_8))
                .toList();
    }
}
