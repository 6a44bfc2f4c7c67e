package io.taskstream.eventlog.embedded;

import static io.taskstream.testing.Events.DONE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taskstream.client.TaskStatus;
import io.taskstream.eventlog.LogState;
import io.taskstream.eventlog.TaskQuery;
import io.taskstream.task.Task;
import io.taskstream.task.TaskId;
import io.taskstream.testing.FailingFiles;
import io.taskstream.testing.JournalFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A checkpoint of many bytes, which is written in pieces. It may be interrupted at any of them. */
final class CheckpointTest extends LogFixture {

    private static final int TASKS = 4_500;
    private static final int OLD = 600;
    private static final String TITLE = "t".repeat(190);
    private static final Map<String, String> LABELS =
            IntStream.range(0, 64).boxed().collect(Collectors.toMap(i -> "k" + i, i -> "v"));
    private static final TaskId LARGE = new TaskId("large");

    @TempDir
    private Path copies;

    @BeforeEach
    void openWithoutCheckpoints() {
        open = withoutCheckpoints(FailingFiles.at(directory.toString()));
    }

    @AfterEach
    void heal() {
        FailingFiles.heal();
    }

    private EmbeddedEventLog withoutCheckpoints(String in) {
        closeLog();
        var options = new EmbeddedOptions(in, Durability.NONE, OpenLog.KEEP_ALL, 1 << 20, 8);
        open = OpenLog.withoutCheckpoints(options, time);
        return open;
    }

    private static TaskId id(int number) {
        return new TaskId("t" + number);
    }

    /** The first tasks are in the store; then they finish or are deleted and made again, and many others are made. */
    private void publish(EmbeddedEventLog log) {
        for (int i = 0; i < OLD; i++) {
            createLabelled(log, id(i));
            append(log, id(i), "1");
        }
        log.runMaintenance();
        createLabelled(log, LARGE);
        append(log, LARGE, '"' + "x".repeat(1 << 20) + '"');
        for (int i = 0; i < TASKS; i++) {
            TaskId id = id(i);
            if (i >= OLD) {
                createLabelled(log, id);
                append(log, id, "1");
            } else if (i % 2 == 0) {
                append(log, id, DONE);
            } else {
                append(log, id, "2");
                log.delete(id);
                createLabelled(log, id);
                appendWithKey(log, id, "key", "1");
            }
        }
    }

    private void createLabelled(EmbeddedEventLog log, TaskId id) {
        log.create(Task.open(id, TITLE, LABELS, time.instant()));
    }

    /** The log was just opened, so all is in the store. */
    private static void assertAllIsStored(EmbeddedEventLog log, String where) {
        assertThat(log.usage().tasksByStatus())
                .as(where)
                .containsEntry(TaskStatus.OPEN.wireName(), (long) TASKS + 1 - OLD / 2)
                .containsEntry(TaskStatus.COMPLETED.wireName(), (long) OLD / 2);
        assertAllIsThere(log, where);
    }

    private static void assertAllIsThere(EmbeddedEventLog log, String where) {
        for (int i = 0; i < TASKS; i++) {
            Optional<LogState> found = log.find(id(i));
            assertThat(found).as(where + ", task " + i).isPresent();
            boolean isFinished = i < OLD && i % 2 == 0;
            assertThat(found.orElseThrow().last().sequence()).as(where).isEqualTo(isFinished ? 2 : 1);
        }
        List<TaskId> listed = new ArrayList<>();
        List<LogState> page = log.list(new TaskQuery(null, Map.of(), 1_000, null));
        while (!page.isEmpty()) {
            page.forEach(state -> listed.add(state.task().id()));
            page = log.list(new TaskQuery(null, Map.of(), 1_000, listed.get(listed.size() - 1)));
        }
        assertThat(listed).as(where).hasSize(TASKS + 1).doesNotHaveDuplicates();
        assertThat(data(log, id(1))).containsExactly("1");
        assertThat(data(log, LARGE)).hasSize(1);
    }

    @Test
    void aProcessThatIsKilledInTheMiddleOfItLosesNothing() throws IOException {
        EmbeddedEventLog log = openLog();
        publish(log);
        List<Path> killed = new ArrayList<>();
        FailingFiles.failWrites(name -> {
            if (name.startsWith("events")) {
                killed.add(copy(killed.size()));
            }
            return false;
        });
        log.runMaintenance();
        FailingFiles.heal();
        assertThat(killed).hasSizeGreaterThan(3);
        for (Path at : killed) {
            assertAllIsStored(withoutCheckpoints(at.toString()), "killed before write " + at.getFileName());
        }
    }

    private EmbeddedEventLog openLog() {
        if (open == null) {
            throw new IllegalStateException("closed");
        }
        return open;
    }

    private Path copy(int number) {
        try {
            Path to = Files.createDirectory(copies.resolve(Integer.toString(number)));
            JournalFiles.copy(directory, to);
            return to;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void aDiskThatIsFullInTheMiddleOfItLosesNothing() {
        EmbeddedEventLog log = openLog();
        publish(log);
        int[] writes = {0};
        FailingFiles.failWrites(name -> name.startsWith("events") && ++writes[0] > 3);
        assertThatThrownBy(log::runMaintenance).isInstanceOf(RuntimeException.class);
        FailingFiles.heal();
        assertAllIsThere(log, "after the failure");
        append(log, id(2_000), "2");
        log.delete(id(2_000));
        createLabelled(log, id(2_000));
        append(log, id(2_000), "1");
        log.runMaintenance();
        assertAllIsStored(withoutCheckpoints(directory.toString()), "after the next checkpoint");
    }
}
