package io.taskstream.run;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SpoolTest {

    private static final int MOST = 1000;

    @TempDir
    Path directory;

    private long now;
    private Spool spool = new Spool(Path.of("unused"), 0, 1, () -> now);

    @AfterEach
    void close() {
        spool.close();
    }

    private void open(long limit, int segment) {
        spool = new Spool(directory, limit, segment, () -> now);
    }

    private void append(String text) {
        byte[] bytes = text.getBytes(UTF_8);
        spool.append(bytes, bytes.length);
    }

    private @Nullable String next(long position) throws IOException {
        Spool.Chunk chunk = spool.next(position, MOST);
        return chunk == null ? null : new String(chunk.bytes, UTF_8) + (chunk.isLast ? "|" : "");
    }

    @Test
    void wholeLinesAreSentAtOnceAndALateLineAsFarAsItHasCome() throws IOException {
        open(1000, 100);
        append("one\ntwo\nthr");

        assertThat(next(0)).isEqualTo("one\ntwo\n");
        assertThat(next(8)).isNull();
        assertThat(spool.nanosToPartialLine()).isEqualTo(Spool.PARTIAL_LINE_NANOS);
        now += Spool.PARTIAL_LINE_NANOS;
        append("e");
        assertThat(next(8)).isEqualTo("thre");
        assertThat(spool.nanosToPartialLine()).isEqualTo(Long.MAX_VALUE);
        append(".");
        assertThat(next(12)).isNull();
        append("\n");
        assertThat(next(12)).isEqualTo(".\n");
    }

    @Test
    void aLongLineIsSentInPieces() throws IOException {
        open(10_000, 100);
        append("x".repeat(MOST + 1));

        assertThat(next(0)).isEqualTo("x".repeat(MOST));
    }

    @Test
    void aFullPieceEndsWithALine() throws IOException {
        open(10_000, 100);
        append("x".repeat(MOST - 10) + "\n" + "y".repeat(20) + "\n");

        assertThat(next(0)).isEqualTo("x".repeat(MOST - 10) + "\n");
        assertThat(next(MOST - 9)).isEqualTo("y".repeat(20) + "\n");
    }

    @Test
    void noPieceEndsWithinACharacter() throws IOException {
        open(1000, 100);
        byte[] euro = "€".getBytes(UTF_8);
        spool.append(euro, 2);
        now += Spool.PARTIAL_LINE_NANOS;

        assertThat(next(0)).isNull();
        assertThat(spool.nanosToPartialLine()).isEqualTo(Long.MAX_VALUE);
        spool.append(new byte[] {euro[2]}, 1);
        now += Spool.PARTIAL_LINE_NANOS;
        assertThat(next(0)).isEqualTo("€");
    }

    @Test
    void theEndTakesEverything() throws IOException {
        open(1000, 100);
        append("no line end");
        spool.end();

        assertThat(next(0)).isEqualTo("no line end|");
        assertThat(next(11)).isEqualTo("|");
    }

    @Test
    void whatIsAcknowledgedNeedsNoDisk() throws IOException {
        open(1000, 10);
        append("0123456789\n".repeat(10));
        assertThat(files()).isEqualTo(11);

        spool.acknowledge(105);

        assertThat(files()).isEqualTo(1);
        assertThat(next(105)).isEqualTo("6789\n");
        spool.close();
        assertThat(directory).doesNotExist();
    }

    private long files() throws IOException {
        try (var files = Files.list(directory)) {
            return files.count();
        }
    }

    @Test
    void aFullSpoolDropsWholeLinesAndSaysHowMuch() throws IOException {
        open(17, 10);
        append("one\ntwo\nthree\nfour€\nfive\n");
        append("six\nsev");
        assertThat(next(0)).isEqualTo("one\ntwo\nthree\n");

        spool.acknowledge(14);
        append("en\neight\n");

        assertThat(next(14)).isEqualTo("[taskstream: 23 bytes were not published, the spool was full]\n");
        spool.end();
        assertThat(next(14)).endsWith("[taskstream: 6 bytes were not published, the spool was full]\n|");
    }

    @Test
    void aCutCharacterIsDroppedWithItsRest() throws IOException {
        open(6, 10);
        append("abc");
        byte[] euro = "€\n".getBytes(UTF_8);
        spool.append(euro, 2);
        spool.append(new byte[] {euro[2], '\n'}, 2);
        spool.end();

        assertThat(next(0)).isEqualTo("abc\n[taskstream: 4 bytes were not published, the spool was full]\n|");
    }

    /** For any sizes: what is published and what the notices count add up to the whole, and each notice is a line. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16})
    void noByteIsMissingThatNoNoticeCounts(long seed) throws IOException {
        var random = new Random(seed);
        open(200 + random.nextInt(500), 1 + random.nextInt(100));
        var published = new ByteArrayOutputStream();
        long position = 0;
        long written = 0;
        for (int i = 0; i < 2000; i++) {
            byte[] bytes = "zeile €𝄞é\n".repeat(3).getBytes(UTF_8);
            int from = random.nextInt(bytes.length);
            byte[] part = Arrays.copyOfRange(bytes, from, from + random.nextInt(bytes.length - from) + 1);
            spool.append(part, part.length);
            written += part.length;
            now += TimeUnit.MILLISECONDS.toNanos(random.nextInt(300));
            if (random.nextInt(15) == 0) {
                Spool.Chunk chunk = spool.next(position, 1 + random.nextInt(300));
                if (chunk != null) {
                    published.writeBytes(chunk.bytes);
                    position += chunk.bytes.length;
                    spool.acknowledge(position);
                }
            }
        }
        spool.end();
        published.writeBytes(Objects.requireNonNull(spool.next(position, 1 << 20)).bytes);

        Matcher notices = Pattern.compile("(?m)^\\[taskstream: (\\d+) bytes were not published, the spool was full]\n")
                .matcher(published.toString(UTF_8));
        long dropped = 0;
        int added = 0;
        int count = 0;
        while (notices.find()) {
            dropped += Long.parseLong(notices.group(1));
            added += notices.group().length();
            count++;
        }
        assertThat(published.toString(UTF_8).split("\\[taskstream", -1)).hasSize(count + 1);
        assertThat(count).isPositive();
        // A notice that follows an incomplete line begins with a line end of its own.
        assertThat(published.size() - added + dropped).isBetween(written, written + count);
    }

    @Test
    void whatIsNotPublishedIsKeptWhereItIs() throws IOException {
        open(1000, 10);
        append("0123456789".repeat(5) + "abc");
        spool.acknowledge(15);
        Set<Path> before = paths();

        assertThat(spool.keep()).isEqualTo(10);
        append("more\n");
        spool.close();

        assertThat(paths()).hasSize(5).isEqualTo(before);
        assertThat(kept()).isEqualTo("0123456789".repeat(4) + "abc");
    }

    @Test
    void whereNothingIsLeftAnEmptyFileIsKept() throws IOException {
        open(1000, 10);
        append("0123456789");
        spool.acknowledge(10);

        assertThat(spool.keep()).isEqualTo(10);
        spool.close();

        assertThat(files()).isEqualTo(1);
        assertThat(kept()).isEmpty();
    }

    /** A directory in place of a segment lets a write fail as a full disk does. */
    @Test
    void afterAFullDiskWhatWasWrittenIsKept() throws IOException {
        open(1000, 10);
        append("0123\n");
        Path blocked = Files.createDirectory(directory.resolve("00000001"));
        append("56789abc\n");
        spool.end();
        Files.delete(blocked);

        spool.keep();
        spool.close();

        assertThat(kept()).isEqualTo("0123\n");
    }

    private Set<Path> paths() throws IOException {
        try (var files = Files.list(directory)) {
            return files.collect(Collectors.toCollection(TreeSet::new));
        }
    }

    private String kept() throws IOException {
        var text = new StringBuilder();
        for (Path file : paths()) {
            text.append(Files.readString(file));
        }
        return text.toString();
    }

    /** The last bytes may have been sent already, and nobody would send more. */
    @Test
    void behindTheEndNothingIsTaken() throws IOException {
        open(1000, 100);
        append("one\n");
        spool.end();
        append("two\n");

        assertThat(spool.written()).isEqualTo(4);
        assertThat(next(0)).isEqualTo("one\n|");
    }

    @Test
    void aSpoolThatIsDiscardedTakesNothing() throws IOException {
        open(1000, 10);
        append("one\n");
        spool.discard();
        append("two\n");
        spool.end();

        assertThat(files()).isZero();
    }
}
