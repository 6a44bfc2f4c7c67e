package io.taskstream.http.body;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.taskstream.http.ProblemException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LineSplitterTest {

    private final List<String> lines = new ArrayList<>();
    private long raw;
    private final LineSplitter splitter = new LineSplitter(8);

    @Test
    void aLineEndsWithNewlineOrReturnAndNewline() {
        add("a\nb\r\n\n\r\nc");
        assertThat(lines).containsExactly("a", "b", "", "");
        splitter.end(this::line);
        assertThat(lines).endsWith("c");
    }

    @Test
    void aReturnAloneEndsNoLine() {
        add("a\rb\n\r\r\n");
        assertThat(lines).containsExactly("a\rb", "\r");
    }

    @Test
    void aLineMayComeInPieces() {
        add("a");
        add("b");
        add("");
        add("c\r");
        assertThat(lines).isEmpty();
        add("\nd\n");
        assertThat(lines).containsExactly("abc", "d");
    }

    @Test
    void atTheEndThereIsNoLineUnlessSomethingIsLeft() {
        add("a\n");
        splitter.end(this::line);
        splitter.end(this::line);
        assertThat(lines).containsExactly("a");
    }

    @Test
    void aLineStandsForItsBytesAndItsEnd() {
        add("a\nb\r\n\n\r\nc");
        assertThat(raw).isEqualTo(8);
        add("d\r");
        splitter.pause(this::line);
        assertThat(raw).isEqualTo(8);
        splitter.end(this::line);
        assertThat(lines).endsWith("cd");
        assertThat(raw).isEqualTo(11);
    }

    @ParameterizedTest
    @ValueSource(strings = {"12345678\n", "12345678\r\n"})
    void aLineOfTheFullLengthIsTakenHoweverItComesAndEnds(String line) {
        add(line);
        line.chars().forEach(c -> add(Character.toString(c)));
        assertThat(lines).containsExactly("12345678", "12345678");
    }

    @ParameterizedTest
    @ValueSource(strings = {"123456789\n", "123456789", "12345678\r9", "12345678\r\r\n", "123456789\r\n"})
    void aLongerLineIsRefusedHoweverItComes(String line) {
        assertThatExceptionOfType(ProblemException.class).isThrownBy(() -> add(line));
        var other = new LineSplitter(8);
        assertThatExceptionOfType(ProblemException.class)
                .isThrownBy(() -> line.chars().forEach(c -> other.add(new byte[] {(byte) c}, 1, this::line)));
        assertThat(lines).isEmpty();
    }

    @Test
    void theLinesBeforeOneThatIsTooLongAreHandedOn() {
        assertThatExceptionOfType(ProblemException.class).isThrownBy(() -> add("a\nb\n123456789\nc\n"));
        assertThat(lines).containsExactly("a", "b");
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void itDoesNotMatterWhereTheBytesAreCut(long seed) {
        var random = new Random(seed);
        for (int i = 0; i < 500; i++) {
            List<String> expected = new ArrayList<>();
            var text = new StringBuilder();
            for (int k = random.nextInt(20); k >= 0; k--) {
                String line = "x\ry".repeat(random.nextInt(200)) + "z";
                expected.add(line);
                text.append(line).append(random.nextBoolean() ? "\n" : "\r\n");
            }
            var cut = new LineSplitter(1_000);
            lines.clear();
            byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
            for (int at = 0; at < bytes.length; ) {
                int end = Math.min(bytes.length, at + 1 + random.nextInt(random.nextBoolean() ? 3 : 600));
                byte[] piece = Arrays.copyOfRange(bytes, at, end);
                cut.add(piece, piece.length, this::line);
                at = end;
            }
            assertThat(lines).isEqualTo(expected);
        }
    }

    private void add(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        splitter.add(bytes, bytes.length, this::line);
    }

    private void line(byte[] bytes, int offset, int length, int rawLength) {
        lines.add(new String(bytes, offset, length, StandardCharsets.UTF_8));
        raw += rawLength;
    }
}
