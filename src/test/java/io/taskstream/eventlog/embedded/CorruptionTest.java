package io.taskstream.eventlog.embedded;

import static io.taskstream.testing.Events.DONE;
import static org.assertj.core.api.Assertions.assertThat;

import io.taskstream.eventlog.Batch;
import io.taskstream.eventlog.EventLogException;
import io.taskstream.eventlog.LogState;
import io.taskstream.eventlog.StoredEvent;
import io.taskstream.eventlog.TaskQuery;
import io.taskstream.eventlog.Upload;
import io.taskstream.eventlog.UploadChange;
import io.taskstream.eventlog.embedded.store.Corruption;
import io.taskstream.task.TaskId;
import io.taskstream.testing.Events;
import io.taskstream.testing.LogReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A store with corrupt bytes: no event is ever shown that was not published, and the server continues. */
final class CorruptionTest extends LogFixture {

    private static final int TASKS = 60;
    private static final int EVENTS = 40;
    private static final String PADDING = "x".repeat(600);

    /** The log's files after it was closed: the store, and the journal, which knows how far the store had come. */
    private final Map<Path, byte[]> closed = new HashMap<>();

    private byte[] sound = {};
    private int intact;
    private final Map<TaskId, String> epochs = new HashMap<>();

    @BeforeEach
    void storeManyTasks() throws IOException {
        EmbeddedEventLog log = open();
        for (int task = 0; task < TASKS; task++) {
            TaskId id = new TaskId("t" + task);
            create(log, id);
            for (int i = 1; i < EVENTS; i++) {
                log.append(id, Events.batch(event(id, i)));
            }
            log.append(id, Batch.of(List.of(), new UploadChange.Begin("u", "text/plain"), null));
            var advance = new UploadChange.Advance("u", 0, 0, 1, false);
            log.append(id, Batch.of(Events.of(event(id, EVENTS)), advance, null));
            if (task % 2 == 0) {
                append(log, id, DONE);
            }
        }
        log.runMaintenance();
        for (LogState state : log.list(new TaskQuery(null, Map.of(), TASKS, null))) {
            epochs.put(state.task().id(), state.last().epoch());
        }
        closeLog();
        open = null;
        for (Path file : files()) {
            closed.put(file, Files.readAllBytes(file));
        }
        sound = Files.readAllBytes(store());
    }

    private static String event(TaskId id, long number) {
        return '"' + id.value() + '/' + number + '/' + PADDING + '"';
    }

    private Path store() {
        return directory.resolve("events.mv");
    }

    @Test
    void itIsOpenedAndWrittenOnWhateverByteIsChanged() throws IOException {
        var random = new Random(1);
        for (int i = 0; i < 60; i++) {
            byte[] damaged = sound.clone();
            int at = random.nextInt(damaged.length);
            damaged[at] ^= (byte) (1 << random.nextInt(8));
            assertGoesOn(damaged, "bit at " + at);
        }
        assertThat(intact).as("tasks of which nothing was lost").isGreaterThan(60 * TASKS * 8 / 10);
    }

    @Test
    void itIsOpenedAndWrittenOnWhateverBlockIsLost() throws IOException {
        var random = new Random(2);
        for (int i = 0; i < 40; i++) {
            byte[] damaged = sound.clone();
            int at = random.nextInt(damaged.length / 4096) * 4096;
            byte[] garbage = new byte[4096];
            if (i % 2 == 0) {
                random.nextBytes(garbage);
            }
            System.arraycopy(garbage, 0, damaged, at, Math.min(garbage.length, damaged.length - at));
            assertGoesOn(damaged, "block at " + at);
        }
    }

    private void assertGoesOn(byte[] damaged, String where) throws IOException {
        for (Path file : files()) {
            Files.delete(file);
        }
        for (Map.Entry<Path, byte[]> file : closed.entrySet()) {
            Files.write(file.getKey(), file.getValue());
        }
        Files.write(store(), damaged);
        EmbeddedEventLog log = open();
        for (TaskId id : epochs.keySet()) {
            assertNothingIsMixed(log, id, where);
        }
        create(log, A);
        append(log, A, "1");
        for (int task = 1; task < TASKS; task += 2) {
            goOn(log, new TaskId("t" + task), where);
        }
        runMaintenance(log);
        for (TaskId id : epochs.keySet()) {
            assertNothingIsMixed(log, id, where);
        }
        log = open();
        assertThat(data(log, A)).as(where).containsExactly("1");
        for (TaskId id : epochs.keySet()) {
            intact += isWhole(log, id) ? 1 : 0;
        }
        closeLog();
        open = null;
    }

    /** If the first maintenance finds the corruption, the next one salvages what can be read. */
    private static void runMaintenance(EmbeddedEventLog log) {
        try {
            log.runMaintenance();
        } catch (RuntimeException e) {
            assertThat(Corruption.isIn(e)).isTrue();
            log.runMaintenance();
        }
    }

    private void assertNothingIsMixed(EmbeddedEventLog log, TaskId id, String where) {
        try {
            Optional<LogState> found = log.find(id);
            if (found.isEmpty() || isOther(found.get(), id)) {
                assertThat(found.map(LogState::uploads).orElse(List.of()))
                        .as(where)
                        .isEmpty();
                return;
            }
            // Also if events before the last have been lost, which is told as trimmed.
            assertThat(found.get().uploads())
                    .as(where)
                    .extracting(Upload::offset)
                    .containsExactly(1L);
            for (StoredEvent event : log.history(id, 0, 1_000)) {
                long number = event.id().sequence();
                String data = new String(event.data(), StandardCharsets.UTF_8);
                assertThat(data).as(where).isEqualTo(number == EVENTS + 1 ? lastOf(id) : event(id, number));
            }
            LogReader.frames(log, id, 0, 1 << 16);
        } catch (EventLogException.Unavailable e) {
            assertThat(e).as(where).hasMessageContaining("read");
        }
    }

    private static boolean isWhole(EmbeddedEventLog log, TaskId id) {
        try {
            return log.find(id).isPresent() && data(log, id).size() == EVENTS + 1;
        } catch (EventLogException.Unavailable e) {
            return false;
        }
    }

    private boolean isOther(LogState state, TaskId id) {
        return !state.last().epoch().equals(epochs.get(id));
    }

    private static String lastOf(TaskId id) {
        return Integer.parseInt(id.value().substring(1)) % 2 == 0 ? DONE : "\"next\"";
    }

    /** Appends once more; no id is given twice. */
    private void goOn(EmbeddedEventLog log, TaskId id, String where) {
        try {
            if (log.find(id).isEmpty()) {
                create(log, id);
            }
            LogState state = log.find(id).orElseThrow();
            long sequence = append(log, id, "\"next\"").last().sequence();
            assertThat(sequence)
                    .as(where)
                    .isEqualTo(isOther(state, id) ? state.last().sequence() + 1 : EVENTS + 1);
        } catch (EventLogException.Unavailable e) {
            assertThat(e).as(where).hasMessageContaining("read");
        }
    }

    private List<Path> files() throws IOException {
        try (var files = Files.list(directory)) {
            return files.toList();
        }
    }
}
