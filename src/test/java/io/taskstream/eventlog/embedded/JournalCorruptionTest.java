package io.taskstream.eventlog.embedded;

import static io.taskstream.testing.Events.DONE;
import static org.assertj.core.api.Assertions.assertThat;

import io.taskstream.eventlog.EventId;
import io.taskstream.testing.FailingFiles;
import io.taskstream.testing.JournalFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A journal with corrupt or missing bytes. What was acknowledged is there, or the task has another epoch. Where nothing is
 * missing no epoch changes.
 */
@EnabledOnOs(OS.LINUX)
final class JournalCorruptionTest extends LogFixture {

    private static final int APPENDS = 20;
    private static final int BLOCK = 4096;
    private static final Path BOOT = Path.of("/proc/sys/kernel/random/boot_id");

    @TempDir
    private Path copy;

    private JournalFiles journal = new JournalFiles(Path.of("."));
    private long segmentBytes;
    private EventId lastOfA = new EventId("", 0);
    private EventId lastOfB = new EventId("", 0);

    @AfterEach
    void heal() {
        FailingFiles.heal();
    }

    private EmbeddedEventLog open(Path in, Durability durability) {
        closeLog();
        open = OpenLog.withoutCheckpoints(
                new EmbeddedOptions(in.toString(), durability, OpenLog.KEEP_ALL, 1 << 20, 8, segmentBytes), time);
        return open;
    }

    /**
     * Appends events, each as a group of its own: a to the task A, and after each two a one to B. Events 1 and 2 are in the
     * store; all that follow are in the newest segment, in groups 1 to {@value #APPENDS} of it.
     */
    private void publish(Durability durability) throws IOException {
        EmbeddedEventLog log = open(directory, durability);
        create(log, A);
        create(log, B);
        append(log, A, "1");
        append(log, A, "2");
        log.runMaintenance();
        for (int i = 3; i < 3 + APPENDS; i++) {
            if (i % 3 == 0) {
                lastOfB = append(log, B, Integer.toString(i)).last();
            } else {
                lastOfA = append(log, A, Integer.toString(i)).last();
            }
        }
    }

    /** Copies the files as they are when the process is killed now. */
    private void kill() throws IOException {
        JournalFiles.copy(directory, copy);
        closeLog();
        open = null;
        journal = new JournalFiles(copy);
    }

    /** The same when the whole system crashes. */
    private void fall() throws IOException {
        kill();
        byte[] boot = Files.readString(BOOT).strip().getBytes(StandardCharsets.US_ASCII);
        for (Path segment : journal.segments()) {
            byte[] bytes = Files.readAllBytes(segment);
            int at =
                    new String(bytes, StandardCharsets.ISO_8859_1).indexOf(new String(boot, StandardCharsets.US_ASCII));
            Arrays.fill(bytes, at, at + boot.length, (byte) 'x');
            Files.write(segment, bytes);
        }
    }

    private void assertNothingIsTold(Durability durability) {
        EmbeddedEventLog log = open(copy, durability);
        assertThat(log.find(A).orElseThrow().last()).isEqualTo(lastOfA);
        assertThat(log.find(B).orElseThrow().last()).isEqualTo(lastOfB);
        assertThat(log.find(A).orElseThrow().oldest()).isEqualTo(1);
        assertThat(append(log, A, "0").last()).isEqualTo(lastOfA.at(lastOfA.sequence() + 1));
    }

    /** Tasks continue in other epochs, also after a further start, and whatever could be read is there. */
    private void assertLossIsTold(Durability durability, int... lost) {
        EmbeddedEventLog log = open(copy, durability);
        EventId a = log.find(A).orElseThrow().last();
        EventId b = log.find(B).orElseThrow().last();
        assertThat(a.epoch()).isNotEqualTo(lastOfA.epoch());
        assertThat(b.epoch()).isNotEqualTo(lastOfB.epoch());
        List<String> found =
                Stream.concat(data(log, A).stream(), data(log, B).stream()).toList();
        assertThat(found)
                .hasSize((int) (lastOfA.sequence() + lastOfB.sequence()) - lost.length)
                .doesNotHaveDuplicates();
        IntStream.of(lost)
                .mapToObj(Integer::toString)
                .forEach(each -> assertThat(found).doesNotContain(each));
        append(log, A, "0");
        EmbeddedEventLog reopened = open(copy, durability);
        assertThat(reopened.find(A).orElseThrow().last()).isEqualTo(a.at(a.sequence() + 1));
        assertThat(reopened.find(B).orElseThrow().last()).isEqualTo(b);
    }

    @ParameterizedTest
    @EnumSource(Durability.class)
    void aSegmentThatCouldNotBeBegunResetsNobody(Durability durability) throws IOException {
        publish(durability);
        kill();
        for (int length : new int[] {0, 1, BLOCK / 2, BLOCK}) {
            long next = JournalFiles.number(journal.newest()) + 100 + length;
            Path begun = Files.write(copy.resolve(JournalFiles.name(next)), new byte[length]);
            EmbeddedEventLog log = open(copy, durability);
            assertThat(log.find(A).orElseThrow().last()).isEqualTo(lastOfA);
            lastOfA = append(log, A, "0").last();
            assertThat(begun).doesNotExist();
        }
        assertNothingIsTold(durability);
    }

    @Test
    void aFullDiskAndARestartResetNobody() {
        closeLog();
        var options = new EmbeddedOptions(
                FailingFiles.at(directory.toString()), Durability.SYNC, OpenLog.KEEP_ALL, 1 << 20, 8);
        open = OpenLog.withoutCheckpoints(options, time);
        create(open, A);
        lastOfA = append(open, A, "1").last();
        FailingFiles.failWrites(name -> name.startsWith("journal"));
        for (int start = 0; start < 3; start++) {
            open.close();
            open = OpenLog.withoutCheckpoints(options, time);
            assertThat(open.find(A).orElseThrow().last()).isEqualTo(lastOfA);
        }
        FailingFiles.heal();
        open.close();
        open = OpenLog.withoutCheckpoints(options, time);
        assertThat(append(open, A, "2").last()).isEqualTo(lastOfA.at(2));
    }

    @ParameterizedTest
    @EnumSource(Durability.class)
    void aChangedByteInTheMiddleIsToldAndWhatFollowsIsKept(Durability durability) throws IOException {
        publish(durability);
        kill();
        // Of group 5, which holds event 7: its length, checksum, number, and change.
        for (int at : new int[] {0, 3, 4, 8, 15, 16, 20}) {
            Path damaged = Files.createTempDirectory(copy, "at");
            JournalFiles.copy(copy, damaged);
            var files = new JournalFiles(damaged);
            files.flip(files.newest(), files.groups(files.newest()).get(4) + at);
            EmbeddedEventLog log = open(damaged, durability);
            assertThat(log.find(A).orElseThrow().last().epoch()).isNotEqualTo(lastOfA.epoch());
            assertThat(log.find(A).orElseThrow().last().sequence()).isEqualTo(lastOfA.sequence());
            assertThat(data(log, A)).doesNotContain("7").endsWith("20", "22");
            assertThat(data(log, B)).containsExactly("3", "6", "9", "12", "15", "18", "21");
        }
    }

    @ParameterizedTest
    @EnumSource(Durability.class)
    void aChangedByteInTheLastGroupIsTold(Durability durability) throws IOException {
        publish(durability);
        kill();
        journal.flip(journal.newest(), journal.end(journal.newest()) - 1);
        assertLossIsTold(durability, 22);
    }

    @ParameterizedTest
    @EnumSource(Durability.class)
    void anEndThatIsCutOffIsTold(Durability durability) throws IOException {
        publish(durability);
        kill();
        for (long length :
                new long[] {0, 1, BLOCK, journal.groups(journal.newest()).get(5)}) {
            Path damaged = Files.createTempDirectory(copy, "cut");
            JournalFiles.copy(copy, damaged);
            var files = new JournalFiles(damaged);
            files.cut(files.newest(), length);
            EmbeddedEventLog log = open(damaged, durability);
            assertThat(log.find(A).orElseThrow().last().epoch()).isNotEqualTo(lastOfA.epoch());
        }
    }

    @ParameterizedTest
    @EnumSource(Durability.class)
    void anEndThatIsZeroIsTold(Durability durability) throws IOException {
        publish(durability);
        kill();
        long from = journal.groups(journal.newest()).get(9) + 5;
        journal.zero(journal.newest(), from, journal.end(journal.newest()));
        assertLossIsTold(durability, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22);
    }

    @ParameterizedTest
    @EnumSource(Durability.class)
    void aHeadThatIsZeroIsTold(Durability durability) throws IOException {
        publish(durability);
        kill();
        journal.zero(journal.newest(), 0, BLOCK);
        assertLossIsTold(durability);
        assertThat(data(open(copy, durability), B)).endsWith("18", "21");
    }

    @ParameterizedTest
    @EnumSource(Durability.class)
    void aMissingSegmentIsTold(Durability durability) throws IOException {
        publish(durability);
        kill();
        Files.delete(journal.newest());
        assertLossIsTold(durability, IntStream.range(3, 23).toArray());
    }

    @ParameterizedTest
    @EnumSource(Durability.class)
    void aJournalThatIsMissingIsTold(Durability durability) throws IOException {
        publish(durability);
        kill();
        for (Path segment : journal.segments()) {
            Files.delete(segment);
        }
        assertLossIsTold(durability, IntStream.range(3, 23).toArray());
    }

    @ParameterizedTest
    @EnumSource(Durability.class)
    void damageOfWhatTheStoreHasCostsNothing(Durability durability) throws IOException {
        publish(durability);
        kill();
        Path older = journal.segments().get(0);
        assertThat(older).isNotEqualTo(journal.newest());
        journal.flip(older, 3);
        journal.flip(older, journal.groups(older).get(1) + 17);
        assertNothingIsTold(durability);
    }

    @ParameterizedTest
    @EnumSource(Durability.class)
    void damageOfWhatTheStoreHasCostsNothingInTheNewestSegmentEither(Durability durability) throws IOException {
        segmentBytes = 1 << 20;
        publish(durability);
        kill();
        assertThat(journal.segments()).hasSize(1);
        // Of the group with event 1, behind those that created the tasks: its length, and its change.
        long group = journal.groups(journal.newest()).get(2);
        journal.flip(journal.newest(), group + 17);
        journal.flip(journal.newest(), group);
        assertNothingIsTold(durability);
    }

    @ParameterizedTest
    @EnumSource(Durability.class)
    void aGroupThatWasBeingWrittenWhenTheProcessWasKilledResetsNobody(Durability durability) throws IOException {
        publish(durability);
        kill();
        byte[] newest = journal.written(journal.newest());
        List<Long> groups = journal.groups(journal.newest());
        int last = Math.toIntExact(groups.get(groups.size() - 1));
        for (int length = 1; length < newest.length - last; length++) {
            Path torn = Files.createTempDirectory(copy, "torn");
            JournalFiles.copy(copy, torn);
            var files = new JournalFiles(torn);
            byte[] longer = Arrays.copyOf(newest, newest.length + length);
            System.arraycopy(newest, last, longer, newest.length, length);
            Files.write(files.newest(), longer);
            assertThat(open(torn, durability).find(A).orElseThrow().last()).isEqualTo(lastOfA);
        }
    }

    @Test
    void aGroupThatWasBeingWrittenWhenTheSystemFellResetsNobodyIfAllWasForced() throws IOException {
        publish(Durability.SYNC);
        fall();
        byte[] newest = journal.written(journal.newest());
        for (int length : new int[] {10, 700, 5_000}) {
            // Its length is on the disk, and some sectors of it, others are empty.
            ByteBuffer longer = ByteBuffer.allocate(newest.length + length);
            longer.put(newest).putInt(newest.length, length - 8).putInt(7);
            if (length == 5_000) {
                Arrays.fill(longer.array(), newest.length + 2_000, longer.capacity(), (byte) 'x');
            }
            Path torn = Files.createTempDirectory(copy, "torn");
            JournalFiles.copy(copy, torn);
            Files.write(new JournalFiles(torn).newest(), longer.array());
            assertThat(open(torn, Durability.SYNC).find(A).orElseThrow().last()).isEqualTo(lastOfA);
        }
    }

    @Test
    void aChangedByteIsToldAlsoIfTheSystemFell() throws IOException {
        publish(Durability.SYNC);
        fall();
        journal.flip(journal.newest(), journal.end(journal.newest()) - 1);
        assertLossIsTold(Durability.SYNC, 22);
    }

    @ParameterizedTest
    @EnumSource(Durability.class)
    void aClosedLogWithoutItsEndIsTold(Durability durability) throws IOException {
        publish(durability);
        closeLog();
        var options =
                new EmbeddedOptions(FailingFiles.at(directory.toString()), durability, OpenLog.KEEP_ALL, 1 << 20, 8);
        open = OpenLog.withoutCheckpoints(options, time);
        lastOfA = append(open, A, "23").last();
        FailingFiles.failWrites(name -> name.startsWith("events"));
        closeLog();
        open = null;
        fall();
        List<Path> segments = journal.segments();
        Path last = segments.get(segments.size() - 2);
        journal.cut(last, journal.groups(last).get(0));
        assertLossIsTold(durability, 23);
    }

    /** The start checkpoints several times while it applies so much, and no checkpoint may delete the damaged file. */
    @Test
    void aDamagedFileIsKeptAlsoIfTheStoreIsFarBehind() throws IOException {
        EmbeddedEventLog log = open(directory, Durability.NONE);
        create(log, A);
        log.runMaintenance();
        JournalFiles.copy(directory, copy);
        Path store = copy.resolve("events.mv");
        byte[] behind = Files.readAllBytes(store);
        String large = '"' + "x".repeat(1 << 20) + '"';
        for (int segment = 0; segment < 3; segment++) {
            for (int i = 0; i < 10; i++) {
                lastOfA = append(log, A, large).last();
            }
            JournalFiles.copy(directory, copy);
            log.runMaintenance();
        }
        Files.write(store, behind);
        journal = new JournalFiles(copy);
        Path damaged = journal.segments().get(1);
        byte[] whole = Files.readAllBytes(damaged);
        journal.flip(damaged, journal.groups(damaged).get(3) + 100);
        byte[] bytes = Files.readAllBytes(damaged);
        assertThat(bytes).isNotEqualTo(whole);

        EmbeddedEventLog reopened = open(copy, Durability.NONE);
        assertThat(reopened.find(A).orElseThrow().last().sequence()).isEqualTo(lastOfA.sequence());
        assertThat(reopened.find(A).orElseThrow().last().epoch()).isNotEqualTo(lastOfA.epoch());
        assertThat(copy.resolve(damaged.getFileName() + ".corrupt")).hasBinaryContent(bytes);
        assertThat(damaged).doesNotExist();
        EventId last = append(reopened, A, "0").last();
        reopened.runMaintenance();
        append(reopened, A, "1");
        reopened.runMaintenance();
        assertThat(journal.segments()).as("segments that no start needs").hasSizeLessThan(4);
        assertThat(open(copy, Durability.NONE).find(A).orElseThrow().last()).isEqualTo(last.at(last.sequence() + 1));
    }

    @ParameterizedTest
    @EnumSource(Durability.class)
    void aTaskWhoseEndIsLostHasAnotherEpoch(Durability durability) throws IOException {
        publish(durability);
        String epoch = append(open(directory, durability), B, DONE).last().epoch();
        kill();
        journal.flip(journal.newest(), journal.end(journal.newest()) - 1);
        // The last group is lost, and with it the end: so B is open, and has another.
        assertThat(open(copy, durability).find(B).orElseThrow().last().epoch()).isNotEqualTo(epoch);
    }
}
