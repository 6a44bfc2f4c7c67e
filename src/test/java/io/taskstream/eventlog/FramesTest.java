package io.taskstream.eventlog;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FramesTest {

    private static final EventId ID = new EventId("e", 7);

    @Test
    void anEventIsItsIdAndItsDataAndAnEmptyLine() {
        assertThat(frame("{\"a\":1}")).isEqualTo("id: e-7\ndata: {\"a\":1}\n\n");
        assertThat(frame("")).isEqualTo("id: e-7\ndata: \n\n");
        assertThat(frame("ä\ud83d\ude00")).isEqualTo("id: e-7\ndata: ä\ud83d\ude00\n\n");
    }

    @Test
    void everyLineEndOfAnEventStreamBeginsANewDataField() {
        assertThat(frame("a\nb\rc\r\nd\n\re")).isEqualTo("id: e-7\n" + data("a", "b", "c", "d", "", "e") + "\n");
        assertThat(frame("\n")).isEqualTo("id: e-7\n" + data("", "") + "\n");
        assertThat(frame("a\r")).isEqualTo("id: e-7\n" + data("a", "") + "\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"x\nid: 9", "x\rdata: y", "x\r\n\r\nid: 9", "x\n\nevent: done", "\r\r: c", "x\nretry: 1\n"})
    void noDataForgesAField(String evil) {
        String[] lines = frame(evil).split("\n", -1);
        assertThat(lines[0]).isEqualTo("id: e-7");
        for (int i = 1; i < lines.length - 2; i++) {
            assertThat(lines[i]).startsWith("data: ").doesNotContain("\r");
        }
        assertThat(lines[lines.length - 2]).isEmpty();
        assertThat(lines[lines.length - 1]).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "one|one",
                "a\\nb|a\\nb",
                "a\\rb|a\\nb",
                "a\\r\\nb|a\\nb",
                "\\na|\\na",
                "a\\n|a\\n",
                "\\n\\n|\\n\\n"
            })
    void theDataComesBackWithPlainLineEnds(String data, String expected) {
        assertThat(decoded(unescape(data).getBytes(StandardCharsets.UTF_8)))
                .isEqualTo(unescape(expected).getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void theDataOfOneFrameAmongOthersComesBack() {
        byte[] frame = Frames.encode(ID, "b".getBytes(StandardCharsets.UTF_8));
        byte[] frames = ("id: e-6\ndata: a\n\n" + new String(frame, StandardCharsets.UTF_8) + "id: e-8\ndata: c\n\n")
                .getBytes(StandardCharsets.UTF_8);
        assertThat(Frames.data(frames, 17, frame.length)).isEqualTo("b".getBytes(StandardCharsets.UTF_8));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void randomBytesComeBackButForTheirLineEnds(long seed) {
        var random = new Random(seed);
        for (int i = 0; i < 2_000; i++) {
            byte[] data = new byte[random.nextInt(40)];
            random.nextBytes(data);
            for (int k = 0; k < data.length; k++) {
                if (random.nextInt(4) == 0) {
                    data[k] = (byte) (random.nextBoolean() ? '\n' : '\r');
                }
            }
            String expected = new String(data, StandardCharsets.ISO_8859_1)
                    .replace("\r\n", "\n")
                    .replace('\r', '\n');
            assertThat(decoded(data)).isEqualTo(expected.getBytes(StandardCharsets.ISO_8859_1));
        }
    }

    private static byte[] decoded(byte[] data) {
        byte[] frame = Frames.encode(ID, data);
        return Frames.data(frame, 0, frame.length);
    }

    private static String unescape(String text) {
        return text.replace("\\n", "\n").replace("\\r", "\r");
    }

    private static String frame(String data) {
        return new String(Frames.encode(ID, data.getBytes(StandardCharsets.UTF_8)), StandardCharsets.UTF_8);
    }

    private static String data(String... lines) {
        return "data: " + String.join("\ndata: ", lines) + "\n";
    }
}
