package io.taskstream.task;

import static io.taskstream.testing.Samples.READER;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.taskstream.client.StreamItem;
import io.taskstream.client.TaskStatus;
import jakarta.json.bind.Jsonb;
import jakarta.json.bind.JsonbBuilder;
import java.math.BigDecimal;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class StreamItemTest {

    private final Jsonb jsonb = JsonbBuilder.create();

    static Stream<StreamItem> items() {
        return Stream.of(
                new StreamItem.ItemStarted(Map.of("name", "compile")),
                new StreamItem.ItemStarted("compile"),
                new StreamItem.MessageDelta("a line\nand \"another\" \u00e4 \ud83d\ude00"),
                new StreamItem.ItemCompleted(List.of("a", "b")),
                new StreamItem.TokenUsage(Map.of("tokens", BigDecimal.valueOf(5))),
                new StreamItem.ErrorReport("out of disk"),
                new StreamItem.ApprovalRequest("a1", "rm -r target"),
                new StreamItem.CancelRequested(),
                new StreamItem.Done(null, null),
                new StreamItem.Done(TaskStatus.FAILED, "tests failed"));
    }

    @ParameterizedTest
    @MethodSource("items")
    void comesBackFromJsonAsItWas(StreamItem item) {
        String json = jsonb.toJson(item);
        assertThat(jsonb.fromJson(json, StreamItem.class)).isEqualTo(item);
    }

    @ParameterizedTest
    @MethodSource("items")
    void passesTheReadersCheck(StreamItem item) {
        EventData event = READER.bind(item);
        assertThat(event.end()).isEqualTo(item instanceof StreamItem.Done done ? done.end() : null);
    }

    @Test
    void theReaderKnowsEveryItemByItsDiscriminator() {
        Stream<String> checked = items().map(item -> READER.bind(item).toString());
        assertThat(checked.map(json -> jsonb.fromJson(json, Map.class).get("type"))
                        .distinct())
                .containsExactlyInAnyOrderElementsOf(
                        Arrays.stream(KnownItem.values()).map(KnownItem::type).toList());
    }

    @Test
    void isWrittenWithItsDiscriminatorAndWithoutAbsentMembers() {
        assertThat(READER.bind(new StreamItem.MessageDelta("hello")))
                .hasToString("{\"type\":\"message_delta\",\"text\":\"hello\"}");
        assertThat(READER.bind(new StreamItem.Done(TaskStatus.CANCELLED, null)))
                .hasToString("{\"type\":\"done\",\"status\":\"cancelled\"}");
    }

    @Test
    void aTaskCanNotBeDoneAndOpen() {
        assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(() -> new StreamItem.Done(TaskStatus.OPEN, null))
                .withMessageContaining("status");
    }
}
