package io.taskstream.http.body;

import static io.taskstream.testing.Samples.READER;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.taskstream.task.EventData;
import io.taskstream.task.InvalidItemException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class LineFormatTest {

    @Test
    void aLineOfNdjsonIsAnEvent() {
        assertThat(read(LineFormat.NDJSON, bytes(" {\"a\": 1} "))).hasToString("{\"a\": 1}");
        assertThat(read(LineFormat.NDJSON, bytes("[1,2]"))).hasToString("[1,2]");
    }

    @Test
    void aBlankLineOfNdjsonIsNone() {
        assertThat(read(LineFormat.NDJSON, bytes(""))).isNull();
        assertThat(read(LineFormat.NDJSON, bytes(" \t "))).isNull();
    }

    @Test
    void whatIsNotUtf8IsRefusedInNdjson() {
        assertThatExceptionOfType(InvalidItemException.class)
                .isThrownBy(() -> read(LineFormat.NDJSON, new byte[] {'"', (byte) 0xff, '"'}))
                .withMessageContaining("UTF-8");
    }

    @Test
    void aLineOfTextIsAMessage() {
        assertThat(read(LineFormat.TEXT, bytes("say \"hi\" \\ \t ä\u001b[0m")))
                .hasToString("{\"type\":\"message_delta\",\"text\":\"say \\\"hi\\\" \\\\ \\t ä\\u001b[0m\"}");
        assertThat(read(LineFormat.TEXT, bytes("a\r\n")))
                .hasToString("{\"type\":\"message_delta\",\"text\":\"a\\r\\n\"}");
        assertThat(read(LineFormat.TEXT, bytes(""))).isNull();
    }

    @Test
    void whatIsNotUtf8InTextIsReplaced() {
        assertThat(read(LineFormat.TEXT, new byte[] {'a', (byte) 0xff, 'b'}))
                .hasToString("{\"type\":\"message_delta\",\"text\":\"a\ufffdb\"}");
    }

    private static @Nullable EventData read(LineFormat format, byte[] line) {
        byte[] buffer = new byte[line.length + 4];
        System.arraycopy(line, 0, buffer, 2, line.length);
        return format.read(buffer, 2, line.length, StandardCharsets.UTF_8, READER);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
