package io.taskstream.eventlog.embedded;

import static io.taskstream.testing.Events.DONE;
import static io.taskstream.testing.Stages.join;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taskstream.eventlog.Appended;
import io.taskstream.eventlog.Batch;
import io.taskstream.eventlog.EventLogException;
import io.taskstream.eventlog.LogState;
import io.taskstream.eventlog.TaskQuery;
import io.taskstream.task.Task;
import io.taskstream.testing.Events;
import io.taskstream.testing.LogReader;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a log contains after a stop, a crash or an accident. */
final class RestartTest extends LogFixture {

    private static final String TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    @TempDir
    private Path copies;

    @Test
    void noOtherUserCanReadTheLog() throws IOException {
        Path log = copies.resolve("log");
        try (EmbeddedEventLog opened = OpenLog.in(log, time)) {
            opened.create(Task.open(A, "Task", Map.of(), time.instant()));
        }
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(log)))
                .isEqualTo("rwx------");
        try (Stream<Path> files = Files.list(log)) {
            assertThat(files.toList())
                    .isNotEmpty()
                    .allSatisfy(file -> assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                            .isEqualTo("rw-------"));
        }
    }

    @Test
    void everythingIsThereAfterARestart() {
        EmbeddedEventLog log = open();
        create(log, A);
        create(log, B);
        Appended first = appendWithKey(log, A, "key", "1", "2");
        append(log, A, "3");
        append(log, B, "1", DONE);
        LogState a = log.find(A).orElseThrow();
        LogState b = log.find(B).orElseThrow();
        String frames = LogReader.frames(log, A, 0, 1 << 16);

        log = open();

        assertThat(log.list(new TaskQuery(null, Map.of("k", "v"), 10, null))).containsExactly(b, a);
        assertThat(LogReader.frames(log, A, 0, 1 << 16)).isEqualTo(frames);
        assertThat(appendWithKey(log, A, "key", "1", "2")).isEqualTo(first);
        EmbeddedEventLog replayed = log;
        assertThatThrownBy(() -> appendWithKey(replayed, A, "key", "9"))
                .as("from the journal")
                .isInstanceOf(EventLogException.KeyReused.class);
        assertThat(append(log, A, "4").last()).isEqualTo(a.last().at(4));
        EmbeddedEventLog reopened = log;
        assertThatThrownBy(() -> append(reopened, B, "2")).isInstanceOf(EventLogException.TaskFinished.class);
        log.runMaintenance();

        EmbeddedEventLog stored = open();

        assertThat(appendWithKey(stored, A, "key", "1", "2")).isEqualTo(first);
        assertThatThrownBy(() -> appendWithKey(stored, A, "key", "9"))
                .as("from the store")
                .isInstanceOf(EventLogException.KeyReused.class);
    }

    @Test
    void tracesAreThereAfterARestart() {
        EmbeddedEventLog log = open();
        create(log, A);
        append(log, A, "1", "2");
        join(log.append(A, new Batch(Events.of("3", "4"), null, null, TRACE)));
        append(log, A, "5");
        log.runMaintenance();
        // Of this the journal alone knows.
        join(log.append(A, new Batch(Events.of("6"), null, null, TRACE)));
        List<@Nullable String> traces = Arrays.asList(null, null, TRACE, TRACE, null, TRACE);
        assertThat(traces(log)).isEqualTo(traces);

        log = open();
        assertThat(traces(log)).isEqualTo(traces);
        log.runMaintenance();
        assertThat(traces(open())).isEqualTo(traces);
    }

    private static List<@Nullable String> traces(EmbeddedEventLog log) {
        List<@Nullable String> traces = new ArrayList<>();
        log.history(A, 0, 10).forEach(event -> traces.add(event.traceparent()));
        return traces;
    }

    @Test
    void whatIsKeptIsCounted() {
        EmbeddedEventLog log = open();
        create(log, A);
        create(log, B);
        append(log, B, "1", DONE);
        log.runMaintenance();
        assertThat(log.usage().tasksByStatus())
                .containsExactlyInAnyOrderEntriesOf(Map.of("open", 1L, "completed", 1L, "failed", 0L, "cancelled", 0L));
        assertThat(log.usage().bytes()).isGreaterThan(30);

        log.delete(B);
        log.runMaintenance();
        assertThat(log.usage().tasksByStatus()).containsEntry("completed", 0L);
    }

    @Test
    void whatWasDeletedStaysSo() {
        EmbeddedEventLog log = open();
        create(log, A);
        append(log, A, "1");
        log.runMaintenance();
        String epoch = log.find(A).orElseThrow().last().epoch();
        log.delete(A);
        create(log, A);
        append(log, A, "2");
        create(log, B);
        log.delete(B);

        log = open();

        assertThat(data(log, A)).containsExactly("2");
        assertThat(log.find(A).orElseThrow().last().epoch()).isNotEqualTo(epoch);
        assertThat(log.find(B)).isEmpty();
    }

    @Test
    void aCrashLosesNothingThatWasAcknowledged() throws Exception {
        EmbeddedEventLog log = open();
        create(log, A);
        create(log, B);
        var acknowledged = new AtomicLong();
        var publisher = new Thread(() -> {
            for (long i = 1; i <= 400; i++) {
                append(log, A, Long.toString(i));
                append(log, B, Long.toString(i), "\"" + "x".repeat(500) + "\"");
                acknowledged.set(i);
            }
        });
        publisher.start();
        for (int crash = 0; publisher.isAlive(); crash++) {
            long before = acknowledged.get();
            Path copy = crashedCopy("crash" + crash);
            assertAllThere(copy, before);
            log.runMaintenance();
        }
        publisher.join();
        assertThat(acknowledged.get()).isEqualTo(400);
    }

    private void assertAllThere(Path copy, long acknowledged) {
        EmbeddedEventLog log = OpenLog.in(copy, time);
        try {
            List<String> a = data(log, A);
            assertThat(a).hasSizeGreaterThanOrEqualTo((int) acknowledged);
            for (int i = 0; i < a.size(); i++) {
                assertThat(a.get(i)).isEqualTo(Integer.toString(i + 1));
            }
            assertThat(data(log, B)).hasSizeGreaterThanOrEqualTo((int) acknowledged * 2);
            assertThat(append(log, A, "0").last().sequence()).isEqualTo(a.size() + 1);
        } finally {
            log.close();
        }
    }

    /**
     * The files as they are on the disk at some moment. The journal comes first, since it is deleted when the store has its
     * content.
     */
    private Path crashedCopy(String name) throws IOException {
        Path copy = Files.createDirectory(copies.resolve(name));
        for (Path file : files("journal-")) {
            try {
                Files.copy(file, copy.resolve(file.getFileName()));
            } catch (NoSuchFileException e) {
                // The store has it by now.
            }
        }
        for (Path file : files("events")) {
            Files.copy(file, copy.resolve(file.getFileName()));
        }
        return copy;
    }

    private List<Path> files(String prefix) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> file.getFileName().toString().startsWith(prefix))
                    .toList();
        }
    }

    @Test
    void aGroupThatWasOnlyHalfWrittenIsNotThere() throws Exception {
        EmbeddedEventLog log = open();
        create(log, A);
        append(log, A, "1");
        append(log, A, "2");
        Path copy = crashedCopy("torn");
        try (Stream<Path> segments = Files.list(copy)) {
            for (Path segment : segments.filter(file -> file.toString().contains("journal-"))
                    .toList()) {
                Files.write(segment, new byte[] {0, 0, 1, 0, 7, 7, 7, 7, 1, 2, 3}, StandardOpenOption.APPEND);
            }
        }
        EmbeddedEventLog reopened = OpenLog.in(copy, time);
        assertThat(data(reopened, A)).containsExactly("1", "2");
        reopened.close();
    }

    @Test
    void aStoreWithATornEndLosesNothingThatTheJournalHas() throws Exception {
        EmbeddedEventLog log = open();
        create(log, A);
        append(log, A, "1");
        log.runMaintenance();
        append(log, A, "2");
        log.runMaintenance();
        append(log, A, "3");
        Path copy = crashedCopy("torn");
        try (FileChannel store = FileChannel.open(copy.resolve("events.mv"), StandardOpenOption.WRITE)) {
            store.truncate(store.size() - 100);
        }
        EmbeddedEventLog reopened = OpenLog.in(copy, time);
        assertThat(data(reopened, A)).containsExactly("1", "2", "3");
        reopened.close();
    }

    @Test
    void aStoreThatCanNotBeReadIsMovedAside() throws Exception {
        EmbeddedEventLog log = open();
        create(log, A);
        append(log, A, "1");
        String epoch = log.find(A).orElseThrow().last().epoch();
        log.runMaintenance();
        log.close();
        open = null;
        byte[] store = Files.readAllBytes(directory.resolve("events.mv"));
        for (int i = 0; i < store.length; i++) {
            store[i] ^= 0x55;
        }
        Files.write(directory.resolve("events.mv"), store);
        for (Path segment : files("journal-")) {
            Files.delete(segment);
        }

        log = open();

        assertThat(log.find(A)).isEmpty();
        create(log, A);
        assertThat(log.find(A).orElseThrow().last().epoch()).isNotEqualTo(epoch);
        assertThat(files("events.mv")).hasSize(2);
    }

    @Test
    void aLogHasOneUser() {
        EmbeddedEventLog log = open();
        assertThatThrownBy(() -> OpenLog.in(directory, time))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("open in another process");
        create(log, A);
        assertThat(log.find(A)).isPresent();
    }
}
