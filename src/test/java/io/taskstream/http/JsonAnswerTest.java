package io.taskstream.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskstream.eventlog.EventId;
import io.taskstream.eventlog.StoredEvent;
import io.taskstream.testing.Samples;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class JsonAnswerTest {

    @Test
    void aPageOfHistoryHoldsEventsLetterByLetter() {
        List<StoredEvent> page = List.of(
                new StoredEvent(new EventId("e", 1), Samples.NOON, "{ \"a\": 1.0 }".getBytes(StandardCharsets.UTF_8)),
                new StoredEvent(new EventId("e", 2), Samples.NOON, "\"ä\"".getBytes(StandardCharsets.UTF_8)));
        String events = "{\"events\":[{\"id\":\"e-1\",\"time\":\"2026-11-24T12:00:00Z\",\"data\":{ \"a\": 1.0 }},"
                + "{\"id\":\"e-2\",\"time\":\"2026-11-24T12:00:00Z\",\"data\":\"ä\"}],\"next\":";
        assertThat(JsonAnswer.history(page, true))
                .asString(StandardCharsets.UTF_8)
                .isEqualTo(events + "\"e-2\"}");
        assertThat(JsonAnswer.history(page, false))
                .asString(StandardCharsets.UTF_8)
                .isEqualTo(events + "null}");
        assertThat(JsonAnswer.history(List.of(), false))
                .asString(StandardCharsets.UTF_8)
                .isEqualTo("{\"events\":[],\"next\":null}");
    }
}
