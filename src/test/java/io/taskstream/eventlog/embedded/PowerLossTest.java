package io.taskstream.eventlog.embedded;

import static io.taskstream.testing.Events.DONE;
import static io.taskstream.testing.Stages.join;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taskstream.eventlog.Batch;
import io.taskstream.eventlog.EventId;
import io.taskstream.eventlog.EventLogException;
import io.taskstream.eventlog.EventLogException.UploadRefused;
import io.taskstream.eventlog.Upload;
import io.taskstream.eventlog.UploadChange;
import io.taskstream.task.TaskId;
import io.taskstream.testing.Events;
import io.taskstream.testing.FailingFiles;
import io.taskstream.testing.LogReader;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The system crashes. What was written but not forced is not on the disk, although viewers have seen it. */
@EnabledOnOs(OS.LINUX)
final class PowerLossTest extends LogFixture {

    private static final Path BOOT = Path.of("/proc/sys/kernel/random/boot_id");

    @TempDir
    private Path copy;

    private String epochOfFinished = "";

    private EmbeddedEventLog open(Path in, Durability durability) {
        return open(in.toString(), durability);
    }

    private EmbeddedEventLog open(String in, Durability durability) {
        closeLog();
        open = OpenLog.withoutCheckpoints(new EmbeddedOptions(in, durability, OpenLog.KEEP_ALL, 1 << 20, 8), time);
        return open;
    }

    /** Events 1 and 2 are in the store, the third in the journal. */
    private EventId publishThree(Durability durability) {
        EmbeddedEventLog log = open(directory, durability);
        create(log, A);
        create(log, B);
        append(log, A, "1");
        append(log, A, "2");
        epochOfFinished = append(log, B, DONE).last().epoch();
        log.runMaintenance();
        return append(log, A, "3").last();
    }

    @Test
    void whatWasSeenAndLostIsNotMixedWithWhatFollows() throws IOException {
        EventId seen = publishThree(Durability.INTERVAL);
        fall(true);
        EmbeddedEventLog log = open(copy, Durability.INTERVAL);

        EventId last = append(log, A, "9").last();
        assertThat(last.sequence()).isEqualTo(3);
        assertThat(last.epoch()).isNotEqualTo(seen.epoch());
        assertThat(data(log, A)).containsExactly("1", "2", "9");
        assertThat(log.find(B).orElseThrow().last().epoch()).isEqualTo(epochOfFinished);
        String frames = LogReader.frames(log, A, 0, 1 << 16);
        assertThat(frames)
                .isEqualTo("id: %s\ndata: 1\n\nid: %s\ndata: 2\n\nid: %s\ndata: 9\n\n"
                        .formatted(last.at(1), last.at(2), last.at(3)));
        assertThat(LogReader.frames(open(copy, Durability.INTERVAL), A, 0, 1 << 16))
                .isEqualTo(frames);
    }

    @Test
    void whenOnlyTheProcessWasKilledNothingIsLostAndViewersGoOn() throws IOException {
        EventId seen = publishThree(Durability.NONE);
        copyFiles();
        assertThat(last(open(copy, Durability.NONE))).isEqualTo(seen);
    }

    @Test
    void whatIsForcedBeforeItIsSeenIsNotLost() throws IOException {
        EventId seen = publishThree(Durability.SYNC);
        fall(false);
        assertThat(last(open(copy, Durability.SYNC))).isEqualTo(seen);
    }

    /** The failed append's segment was abandoned, so nothing forces it later. */
    @Test
    void whatWasAcknowledgedIsForcedWhenAnAppendFails() {
        EmbeddedEventLog log = open(FailingFiles.at(directory.toString()), Durability.INTERVAL);
        List<String> forced = new ArrayList<>();
        create(log, A);
        append(log, A, "1");
        FailingFiles.beforeEachForce(forced::add);
        FailingFiles.failWrites(name -> name.startsWith("journal"));
        assertThatThrownBy(() -> append(log, A, "2")).isInstanceOf(EventLogException.Unavailable.class);
        assertThat(forced).contains("journal-0000000000000001");
        FailingFiles.heal();
    }

    @Test
    void nothingIsLostAfterTheLogWasClosed() throws IOException {
        EventId seen = publishThree(Durability.NONE);
        closeLog();
        open = null;
        fall(false);
        assertThat(last(open(copy, Durability.NONE))).isEqualTo(seen);
    }

    @Test
    void aHoleInTheJournalIsNotFilledWithOtherEventsOfTheSameNames() throws IOException {
        EventId seen = publishThree(Durability.SYNC);
        copyFiles();
        Path newest = segments().get(segments().size() - 1);
        long number = Long.parseLong(newest.getFileName().toString().substring("journal-".length()), 16);
        Files.move(newest, newest.resolveSibling("journal-%016x".formatted(number + 5)));
        assertThat(last(open(copy, Durability.SYNC)).epoch()).isNotEqualTo(seen.epoch());
    }

    @Test
    void uploadsThatCountedLostBytesAreToldAndOthersGoOn() throws IOException {
        EmbeddedEventLog log = open(directory, Durability.INTERVAL);
        create(log, A);
        create(log, B);
        Upload whole = advance(log, B, "u", DONE);
        advance(log, A, "u", "1");
        log.runMaintenance();
        advance(log, A, "v", "2");
        advance(log, A, "w", "3");
        fall(true);

        for (int start = 0; start < 2; start++) {
            EmbeddedEventLog reopened = open(copy, Durability.INTERVAL);
            assertThat(reopened.find(B).orElseThrow().uploads()).containsExactly(whole);
            assertThat(reopened.find(A).orElseThrow().uploads()).isEmpty();
            assertLost(reopened, new UploadChange.Begin("u", "text/plain"), new UploadChange.Claim("u", -1));
            assertLost(reopened, new UploadChange.Begin("v", "text/plain"), new UploadChange.Heard("v", 1));
        }
        log = open(copy, Durability.INTERVAL);
        Upload begun = advance(log, A, "x", "4");
        assertThat(data(log, A)).containsExactly("1", "2", "4");
        log = open(copy, Durability.INTERVAL);
        assertThat(log.find(A).orElseThrow().uploads()).containsExactly(begun);
        assertLost(log, new UploadChange.Advance("u", 1, 1, 1, true));
    }

    @Test
    void uploadsGoOnIfAllWasForced() throws IOException {
        EmbeddedEventLog log = open(directory, Durability.SYNC);
        create(log, A);
        Upload stored = advance(log, A, "u", "1");
        log.runMaintenance();
        Upload upload = advance(log, A, "v", "2");
        fall(false);
        log = open(copy, Durability.SYNC);
        assertThat(log.find(A).orElseThrow().uploads()).containsExactly(stored, upload);
        join(log.append(A, Batch.of(Events.of("3"), new UploadChange.Advance("v", upload.turn(), 1, 2, true), null)));
    }

    private static void assertLost(EmbeddedEventLog log, UploadChange... changes) {
        for (UploadChange change : changes) {
            assertThatThrownBy(() -> join(log.append(A, Batch.of(List.of(), change, null))))
                    .isInstanceOfSatisfying(
                            UploadRefused.class,
                            refused -> assertThat(refused.reason()).isEqualTo(UploadRefused.Reason.LOST));
        }
    }

    /** Begins an upload and publishes an event for one byte. */
    private static Upload advance(EmbeddedEventLog log, TaskId id, String name, String event) {
        join(log.append(id, Batch.of(List.of(), new UploadChange.Begin(name, "text/plain"), null)));
        join(log.append(id, Batch.of(List.of(), new UploadChange.Claim(name, 5), null)));
        var advance = new UploadChange.Advance(name, 1, 0, 1, false);
        return Objects.requireNonNull(
                join(log.append(id, Batch.of(Events.of(event), advance, null))).upload());
    }

    private static EventId last(EmbeddedEventLog log) {
        return log.find(A).orElseThrow().last();
    }

    private void copyFiles() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.toList()) {
                Files.copy(file, copy.resolve(file.getFileName()));
            }
        }
    }

    /** Copies the files as the system finds them after its crash. */
    private void fall(boolean losesNewest) throws IOException {
        copyFiles();
        for (Path segment : segments()) {
            byte[] bytes = Files.readAllBytes(segment);
            byte[] boot = Files.readString(BOOT).strip().getBytes(StandardCharsets.US_ASCII);
            int at =
                    new String(bytes, StandardCharsets.ISO_8859_1).indexOf(new String(boot, StandardCharsets.US_ASCII));
            Arrays.fill(bytes, at, at + boot.length, (byte) 'x');
            Files.write(segment, bytes);
        }
        if (losesNewest) {
            Path newest = segments().get(segments().size() - 1);
            try (FileChannel file = FileChannel.open(newest, StandardOpenOption.WRITE)) {
                file.truncate(file.size() - 1);
            }
        }
    }

    private List<Path> segments() throws IOException {
        try (Stream<Path> files = Files.list(copy)) {
            return files.filter(file -> file.getFileName().toString().startsWith("journal-"))
                    .sorted()
                    .toList();
        }
    }
}
