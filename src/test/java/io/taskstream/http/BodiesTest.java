package io.taskstream.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.taskstream.eventlog.EventId;
import io.taskstream.eventlog.StoredEvent;
import io.taskstream.task.InvalidTaskException;
import io.taskstream.testing.Samples;
import jakarta.ws.rs.WebApplicationException;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BodiesTest {

    @Test
    void aByteOrderMarkIsNoText() {
        assertThat(Bodies.text(bytes("\ufeff1"), 9)).isEqualTo("1");
        assertThat(Bodies.text(bytes("\ufeff"), 9)).isEmpty();
    }

    @Test
    void whatNobodyAsksForIsNotBuilt() {
        String json = "{\"id\":\"x\",\"labels\":{\"a\":\"1\",\"b\":{\"c\":[1]}},\"more\":[1,{\"d\":2}],\"last\":\"y\"}";
        assertThat(Bodies.object(json))
                .hasToString("{\"id\":\"x\",\"labels\":{\"a\":\"1\",\"b\":{}},\"more\":[],\"last\":\"y\"}");
    }

    @Test
    void aBodyIsBounded() {
        assertThat(Bodies.text(bytes("1234"), 4)).isEqualTo("1234");
        assertRefused(413, () -> Bodies.text(bytes("12345"), 4));
    }

    @Test
    void aBodyIsUtf8() {
        assertThat(Bodies.text(bytes("ä"), 4)).isEqualTo("ä");
        assertRefused(400, () -> Bodies.text(new ByteArrayInputStream(new byte[] {(byte) 0xc3, '('}), 4));
    }

    @Test
    void aBodyIsAnObjectOrEmpty() {
        assertThat(Bodies.object("")).isEmpty();
        assertThat(Bodies.object(" {\"a\":1} ")).hasSize(1);
        assertRefused(400, () -> Bodies.object("[]"));
        assertRefused(400, () -> Bodies.object("{"));
        assertRefused(400, () -> Bodies.object("{} {}"));
        assertRefused(400, () -> Bodies.object("{\"a\":" + "9".repeat(5_000) + "}"));
    }

    @Test
    void aTaskIsWhatItsMembersSay() {
        TaskRequest request =
                TaskRequest.of(Bodies.object("{\"id\":\"x\",\"title\":\"T\",\"labels\":{\"a\":\"1\"},\"more\":5}"));
        assertThat(request.id()).isEqualTo("x");
        assertThat(request.title()).isEqualTo("T");
        assertThat(request.labels()).containsOnlyKeys("a");
        TaskRequest nothing = TaskRequest.of(Bodies.object("{\"id\":null,\"title\":null}"));
        assertThat(nothing.id()).isNull();
        assertThat(nothing.title()).isNull();
        assertThat(nothing.labels()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"{\"id\":5}", "{\"title\":{}}", "{\"labels\":[]}", "{\"labels\":{\"a\":1}}", "{\"labels\":null}"
            })
    void aMemberOfAnotherTypeIsRefused(String json) {
        assertThatExceptionOfType(InvalidTaskException.class).isThrownBy(() -> TaskRequest.of(Bodies.object(json)));
    }

    @Test
    void aPageOfHistoryHoldsEventsLetterByLetter() {
        List<StoredEvent> page = List.of(
                new StoredEvent(new EventId("e", 1), Samples.NOON, "{ \"a\": 1.0 }".getBytes(StandardCharsets.UTF_8)),
                new StoredEvent(new EventId("e", 2), Samples.NOON, "\"ä\"".getBytes(StandardCharsets.UTF_8)));
        String events = "{\"events\":[{\"id\":\"e-1\",\"time\":\"2026-11-24T12:00:00Z\",\"data\":{ \"a\": 1.0 }},"
                + "{\"id\":\"e-2\",\"time\":\"2026-11-24T12:00:00Z\",\"data\":\"ä\"}],\"next\":";
        assertThat(HistoryJson.of(page, true)).asString(StandardCharsets.UTF_8).isEqualTo(events + "\"e-2\"}");
        assertThat(HistoryJson.of(page, false)).asString(StandardCharsets.UTF_8).isEqualTo(events + "null}");
        assertThat(HistoryJson.of(List.of(), false))
                .asString(StandardCharsets.UTF_8)
                .isEqualTo("{\"events\":[],\"next\":null}");
    }

    private static ByteArrayInputStream bytes(String text) {
        return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
    }

    private static void assertRefused(int status, ThrowingCallable call) {
        assertThatExceptionOfType(WebApplicationException.class)
                .isThrownBy(call)
                .satisfies(e -> assertThat(e.getResponse().getStatus()).isEqualTo(status));
    }
}
