package io.taskstream.eventlog.embedded;

import static io.taskstream.testing.Events.DONE;
import static io.taskstream.testing.Stages.join;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taskstream.eventlog.Batch;
import io.taskstream.eventlog.EventLogException.UploadRefused;
import io.taskstream.eventlog.LogState;
import io.taskstream.eventlog.Upload;
import io.taskstream.eventlog.UploadChange;
import io.taskstream.eventlog.UploadChange.Advance;
import io.taskstream.eventlog.UploadChange.Begin;
import io.taskstream.eventlog.UploadChange.Claim;
import io.taskstream.eventlog.UploadChange.Heard;
import io.taskstream.metrics.LogMeters;
import io.taskstream.task.TaskId;
import io.taskstream.testing.Events;
import io.taskstream.testing.JournalFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.h2.mvstore.MVStore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Uploads in the journal, in the store and in the heap. */
final class UploadRecoveryTest extends LogFixture {

    private static final int CUTS = Integer.getInteger("taskstream.test.damages", 50);

    @TempDir
    private Path copies;

    private static Upload change(EmbeddedEventLog log, TaskId id, UploadChange change, String... json) {
        return Objects.requireNonNull(
                join(log.append(id, Batch.of(Events.of(json), change, null))).upload());
    }

    private static List<Upload> uploads(EmbeddedEventLog log, TaskId id) {
        return log.find(id).orElseThrow().uploads();
    }

    private EmbeddedEventLog openWithoutCheckpoints(Path in) {
        closeLog();
        open = OpenLog.withoutCheckpoints(
                new EmbeddedOptions(in.toString(), Durability.SYNC, OpenLog.KEEP_ALL, 0, 8), time);
        return open;
    }

    @Test
    void uploadsAreThereAfterARestart() {
        EmbeddedEventLog log = openWithoutCheckpoints(directory);
        create(log, A);
        change(log, A, new Begin("u", "text/plain"));
        change(log, A, new Claim("u", 30));
        Upload u = change(log, A, new Advance("u", 1, 0, 2, false), "1", "2");
        change(log, A, new Begin("v", "application/x-ndjson"));
        change(log, A, new Claim("v", -1));
        Upload v = change(log, A, new Advance("v", 1, 0, 7, true), DONE);
        assertThat(uploads(log, A)).containsExactly(u, v);

        log = openWithoutCheckpoints(directory);
        assertThat(uploads(log, A)).as("from the journal").containsExactly(u, v);
        log.runMaintenance();

        log = openWithoutCheckpoints(directory);
        assertThat(uploads(log, A)).as("from the store").containsExactly(u, v);
        assertThat(change(log, A, new Advance("u", 1, 2, 3, true)).offset()).isEqualTo(3);
        log = openWithoutCheckpoints(directory);
        assertThat(uploads(log, A)).extracting(Upload::offset).containsExactly(3L, 7L);
        assertThat(data(log, A)).containsExactly("1", "2", DONE);
    }

    @Test
    void anUploadOfATaskThatLeftTheHeapGoesOn() {
        EmbeddedEventLog log = openWithoutCheckpoints(directory);
        create(log, A);
        change(log, A, new Begin("u", "text/plain"));
        change(log, A, new Claim("u", -1));
        for (int i = 0; i < 3; i++) {
            change(log, A, new Advance("u", 1, i, i + 1L, false), "1");
            log.runMaintenance();
            assertThat(log.tasksInHeap()).isZero();
        }
        assertThat(uploads(log, A)).extracting(Upload::offset).containsExactly(3L);
    }

    @Test
    void aRemovedUploadStaysSo() {
        EmbeddedEventLog log = openWithoutCheckpoints(directory);
        create(log, A);
        for (int i = 0; i < Upload.MAX_PER_TASK; i++) {
            change(log, A, new Begin("u" + i, "text/plain"));
        }
        for (String name : List.of("u1", "u2")) {
            time.advance(Duration.ofSeconds(1));
            change(log, A, new Claim(name, -1));
            change(log, A, new Advance(name, 1, 0, 0, true));
        }
        change(log, A, new Heard("u1", 1));
        // Not in the journal: the removal must not depend on it.
        time.advance(Duration.ofSeconds(1));
        change(log, A, new Heard("u1", 1));
        change(log, A, new Begin("v", "text/plain"));
        List<Upload> before = uploads(log, A);
        assertThat(before).extracting(Upload::name).contains("u1", "v").doesNotContain("u2");
        assertThat(uploads(openWithoutCheckpoints(directory), A))
                .extracting(Upload::name)
                .isEqualTo(before.stream().map(Upload::name).toList());
    }

    @Test
    void whatIsHeardOfIsNeitherWrittenNorForced() throws IOException {
        LogMeters meters = LogMeters.create();
        var options = new EmbeddedOptions(directory.toString(), Durability.SYNC, OpenLog.KEEP_ALL, 8 << 20, 8);
        closeLog();
        EmbeddedEventLog log = OpenLog.with(options, time, meters, () -> 0);
        open = log;
        create(log, A);
        change(log, A, new Begin("u", "text/plain"));
        change(log, A, new Claim("u", -1));
        log.runMaintenance();
        var files = new JournalFiles(directory);
        long length = files.end(files.newest());
        long[] before = meters.syncs().counts();
        time.advance(Duration.ofSeconds(1));
        assertThat(change(log, A, new Heard("u", 1)).heard()).isEqualTo(time.instant());
        assertThat(uploads(log, A)).extracting(Upload::heard).containsExactly(time.instant());
        assertThat(files.end(files.newest())).isEqualTo(length);
        assertThat(meters.syncs().counts()).isEqualTo(before);
        assertThat(change(log, A, new Advance("u", 1, 0, 1, false), "1").offset())
                .isEqualTo(1);
    }

    /** Publishes batches of events of known lengths by two uploads to two tasks. */
    private void publish(EmbeddedEventLog log, Random random, int batches) {
        for (int i = 0; i < batches; i++) {
            TaskId id = random.nextBoolean() ? A : B;
            String name = random.nextBoolean() ? "u" : "v";
            Upload upload = random.nextInt(4) == 0
                    ? change(log, id, new Claim(name, -1))
                    : upload(log.find(id).orElseThrow(), name);
            String[] events = new String[random.nextInt(3)];
            Arrays.setAll(events, n -> '"' + name + "x".repeat(random.nextInt(40)) + '"');
            long to = upload.offset() + bytes(List.of(events), name);
            change(log, id, new Advance(name, upload.turn(), upload.offset(), to, false), events);
        }
    }

    private static Upload upload(LogState state, String name) {
        return state.uploads().stream()
                .filter(each -> each.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static long bytes(List<String> events, String name) {
        return events.stream()
                .filter(event -> event.startsWith('"' + name))
                .mapToInt(event -> event.length() - 2)
                .sum();
    }

    private EmbeddedEventLog openWithUploads() {
        EmbeddedEventLog log = openWithoutCheckpoints(directory);
        for (TaskId id : List.of(A, B)) {
            create(log, id);
            change(log, id, new Begin("u", "text/plain"));
            change(log, id, new Begin("v", "text/plain"));
        }
        return log;
    }

    private void assertConsistent(EmbeddedEventLog log, TaskId id) {
        for (Upload upload : uploads(log, id)) {
            assertThat(upload.offset()).isEqualTo(bytes(data(log, id), upload.name()));
        }
    }

    @Test
    void aJournalCutAnywhereHasWhatWasCountedOrTellsItsLoss() throws IOException {
        var random = new Random(17);
        EmbeddedEventLog log = openWithUploads();
        publish(log, random, 20);
        log.runMaintenance();
        publish(log, random, 20);
        LogState a = log.find(A).orElseThrow();
        LogState b = log.find(B).orElseThrow();
        Path killed = Files.createDirectory(copies.resolve("killed"));
        JournalFiles.copy(directory, killed);
        var whole = new JournalFiles(killed);
        long length = whole.end(whole.newest());
        for (int i = 0; i < CUTS; i++) {
            Path cut = Files.createDirectory(copies.resolve("cut" + i));
            JournalFiles.copy(killed, cut);
            var files = new JournalFiles(cut);
            files.cut(files.newest(), i == 0 ? length : length - 1 - random.nextLong(length - 1));
            EmbeddedEventLog reopened = openWithoutCheckpoints(cut);
            for (LogState before : List.of(a, b)) {
                boolean isLost = assertKeptOrLost(reopened, before);
                assertThat(isLost).isEqualTo(i > 0);
            }
        }
    }

    /** Returns whether the loss is reported. */
    private boolean assertKeptOrLost(EmbeddedEventLog log, LogState before) {
        TaskId id = before.task().id();
        assertConsistent(log, id);
        LogState state = log.find(id).orElseThrow();
        if (state.last().epoch().equals(before.last().epoch())) {
            assertThat(state).isEqualTo(before);
            return false;
        }
        assertThat(state.uploads()).isEmpty();
        for (UploadChange change : List.of(new Begin("u", "text/plain"), new Claim("v", -1))) {
            assertThatThrownBy(() -> change(log, id, change))
                    .isInstanceOfSatisfying(
                            UploadRefused.class,
                            refused -> assertThat(refused.reason()).isEqualTo(UploadRefused.Reason.LOST));
        }
        change(log, id, new Begin("w", "text/plain"));
        return true;
    }

    /** The header says what was acknowledged. Behind that, the process was killed while it wrote. */
    @Test
    void aGroupThatWasBeingWrittenIsCountedWithItsEventsOrNotAtAll() throws IOException {
        var random = new Random(18);
        EmbeddedEventLog log = openWithUploads();
        publish(log, random, 10);
        LogState acknowledged = log.find(A).orElseThrow();
        Path killed = Files.createDirectory(copies.resolve("killed"));
        JournalFiles.copy(directory, killed);
        var before = new JournalFiles(killed);
        byte[] written = before.written(before.newest());
        publish(log, random, 10);
        var after = new JournalFiles(directory);
        byte[] more = after.written(after.newest());
        for (int i = 0; i < CUTS; i++) {
            int length = written.length + random.nextInt(more.length - written.length);
            byte[] torn = Arrays.copyOf(more, length);
            System.arraycopy(written, 0, torn, 0, written.length);
            Path each = Files.createDirectory(copies.resolve("torn" + i));
            JournalFiles.copy(killed, each);
            Files.write(new JournalFiles(each).newest(), torn);
            EmbeddedEventLog reopened = openWithoutCheckpoints(each);
            LogState state = reopened.find(A).orElseThrow();
            assertThat(state.last().epoch()).isEqualTo(acknowledged.last().epoch());
            for (Upload upload : acknowledged.uploads()) {
                assertThat(upload(state, upload.name()).offset()).isGreaterThanOrEqualTo(upload.offset());
            }
            assertThat(state.uploads()).hasSameSizeAs(acknowledged.uploads());
            assertConsistent(reopened, A);
            assertConsistent(reopened, B);
        }
    }

    @Test
    void aStoreOfAnotherFormIsRefusedAndLeftAlone() throws IOException {
        EmbeddedEventLog log = open();
        create(log, A);
        closeLog();
        open = null;
        Path file = directory.resolve("events.mv");
        try (MVStore store = MVStore.open(file.toString())) {
            store.setStoreVersion(0);
        }
        byte[] before = Files.readAllBytes(file);
        assertThatThrownBy(this::open)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("of another version");
        assertThat(Files.readAllBytes(file)).isEqualTo(before);
    }
}
