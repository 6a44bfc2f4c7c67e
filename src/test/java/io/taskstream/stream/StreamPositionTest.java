package io.taskstream.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskstream.eventlog.EventId;
import io.taskstream.eventlog.LogState;
import io.taskstream.task.TaskId;
import io.taskstream.testing.Samples;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StreamPositionTest {

    private static final TaskId A = new TaskId("a");
    private static final TaskId B = new TaskId("b.~_-");
    private static final Map<TaskId, EventId> TASKS = Map.of(A, new EventId("9c41e7d2", 17));
    private static final StreamPosition.Since SINCE = new StreamPosition.Since(
            Instant.ofEpochMilli(1_732_877_000_000L), Instant.ofEpochMilli(1_700_000_000_000L));

    @Test
    void isWrittenAndReadBack() {
        Map<TaskId, EventId> both = new LinkedHashMap<>(TASKS);
        both.put(B, new EventId("00000000", 0));
        for (StreamPosition position : List.of(
                new StreamPosition(TASKS, null, true),
                new StreamPosition(both, null, true),
                new StreamPosition(both, SINCE, true),
                new StreamPosition(Map.of(), SINCE, true))) {
            assertThat(StreamPosition.parse(position.toString())).isEqualTo(position);
        }
        assertThat(new StreamPosition(both, SINCE, true))
                .hasToString("@1732877000000.1700000000000,a:9c41e7d2-17,b.~_-:00000000-0");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "garbage",
                "9c41e7d2-17",
                "a",
                "a:",
                "a:x",
                ":9c41e7d2-17",
                "a:9c41e7d2-17,",
                "a:9c41e7d2-17,b",
                "a:9c41e7d2-17;b:9c41e7d2-1",
                "..:9c41e7d2-17",
                "@1",
                "@1.2,",
                "@1.2a:9c41e7d2-17",
                "@1.2;a:9c41e7d2-17",
                "@1.9999999999999999",
                "a:9c41e7d2-9999999999999999999"
            })
    void ofOtherTextNothingIsKnown(String text) {
        StreamPosition position = StreamPosition.parse(text);
        assertThat(position.isKnown()).isFalse();
        assertThat(position.tasks()).isEmpty();
        assertThat(position.start(log(5), StartPosition::latest).isKnown()).isFalse();
    }

    @Test
    void namesAtMost32Tasks() {
        var text = new StringBuilder();
        for (int i = 0; i < 32; i++) {
            text.append(i == 0 ? "" : ",")
                    .append("t".repeat(125))
                    .append(i)
                    .append(":0123456789abcdef-123456789012345678");
        }
        assertThat(StreamPosition.parse(text.toString()).tasks()).hasSize(32);
        assertThat(text.length()).as("it fits into a header").isLessThan(6_000);
        assertThat(StreamPosition.parse(text + ",a:9c41e7d2-17").isKnown()).isFalse();
    }

    @Test
    void aTaskBeginsBehindThePositionOrWhereOtherwiseAsked() {
        LogState log = log(20);
        assertThat(new StreamPosition(TASKS, null, true).start(log, StartPosition::latest))
                .isEqualTo(new StartPosition(new EventId("9c41e7d2", 17), true));
        assertThat(StreamPosition.NONE.start(log, StartPosition::latest)).isEqualTo(StartPosition.latest(log));
        assertThat(new StreamPosition(Map.of(A, new EventId("ffffffff", 17)), null, true)
                        .start(log, StartPosition::latest)
                        .isKnown())
                .as("another log's")
                .isFalse();
    }

    @Test
    void isReducedToSomeTasks() {
        assertThat(new StreamPosition(TASKS, null, true).in(Set.of(A, B)).tasks())
                .isEqualTo(TASKS);
        assertThat(new StreamPosition(TASKS, null, true).in(Set.of(B)).tasks()).isEmpty();
    }

    private static LogState log(long last) {
        return new LogState(Samples.task("a"), new EventId("9c41e7d2", last), 1);
    }
}
