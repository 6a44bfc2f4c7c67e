package io.taskstream.eventlog.embedded;

import static io.taskstream.testing.Events.DONE;
import static org.assertj.core.api.Assertions.assertThat;

import io.taskstream.eventlog.EventId;
import io.taskstream.testing.LogReader;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The system falls, and what was written but not forced is not on the disk, though viewers have seen it. */
@EnabledOnOs(OS.LINUX)
final class PowerLossTest extends LogFixture {

    private static final Path BOOT = Path.of("/proc/sys/kernel/random/boot_id");

    @TempDir
    private Path copy;

    private String epochOfFinished = "";

    private EmbeddedEventLog open(Path in, Durability durability) {
        closeLog();
        open = OpenLog.withoutCheckpoints(
                new EmbeddedOptions(in.toString(), durability, OpenLog.KEEP_ALL, 1 << 20, 8), time);
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

    /** Copies the files as another system finds them after this one fell. */
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
