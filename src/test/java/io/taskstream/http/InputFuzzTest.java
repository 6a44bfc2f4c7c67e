package io.taskstream.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskstream.eventlog.EventId;
import io.taskstream.eventlog.LogState;
import io.taskstream.stream.StreamStart;
import io.taskstream.task.EventData;
import io.taskstream.task.EventReader;
import io.taskstream.task.InvalidItemException;
import io.taskstream.task.Task;
import io.taskstream.task.TaskId;
import jakarta.json.Json;
import jakarta.json.bind.JsonbBuilder;
import jakarta.ws.rs.WebApplicationException;
import java.io.ByteArrayOutputStream;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/** Whatever a client sends, it is taken as it was meant or refused as wrong; nothing else fails. */
class InputFuzzTest {

    private static final EventId LAST = new EventId("abc", 7);

    private final EventReader events = new EventReader(JsonbBuilder.create());
    private final LogState log = new LogState(Task.open(new TaskId("t"), null, Map.of(), Instant.EPOCH), LAST, 7);

    @Property
    void aLastEventIdIsAPlaceInThisLogOrIsTold(@ForAll("eventIds") String text) {
        StreamStart start = StreamStart.afterLastEventId(text, log);
        boolean isHere = text.matches("abc-[0-7]");
        assertThat(start.isKnown()).isEqualTo(isHere);
        assertThat(EventId.parse(start.after().toString())).isPresent();
    }

    @Property
    void anEventIsJsonAndKeptLetterByLetter(@ForAll("json") String json) {
        try {
            EventData event = events.read(json);
            assertThat(new String(event.json(), StandardCharsets.UTF_8)).isEqualTo(json);
            try (var reader = Json.createReader(new StringReader(json))) {
                reader.readValue();
            }
        } catch (InvalidItemException e) {
            assertThat(e.getMessage()).isNotEmpty();
        }
    }

    @Property
    void linesDoNotDependOnHowTheyAreCut(
            @ForAll @Size(max = 200) byte[] bytes, @ForAll @IntRange(min = 1, max = 50) int piece) {
        assertThat(lines(bytes, piece)).isEqualTo(lines(bytes, Math.max(1, bytes.length)));
    }

    private static List<String> lines(byte[] bytes, int piece) {
        List<String> lines = new ArrayList<>();
        var splitter = new LineSplitter(40);
        LineSplitter.Lines taker =
                (line, offset, length) -> lines.add(new String(line, offset, length, StandardCharsets.ISO_8859_1));
        try {
            for (int i = 0; i < bytes.length; i += piece) {
                var part = new ByteArrayOutputStream();
                part.write(bytes, i, Math.min(piece, bytes.length - i));
                splitter.add(part.toByteArray(), part.size(), taker);
            }
            splitter.end(taker);
        } catch (LineSplitter.LineTooLongException e) {
            lines.add("too long");
        }
        return lines;
    }

    @Property
    void aBatchIsItsEventsOrIsRefused(@ForAll("batches") List<String> elements) {
        List<EventData> alone = new ArrayList<>();
        boolean isRight = true;
        for (String element : elements) {
            try {
                alone.add(events.read(element));
                // Within a batch it is nested one level deeper.
                events.check("[" + element + "]");
            } catch (InvalidItemException e) {
                isRight = false;
            }
        }
        try {
            List<EventData> batch = events.readBatch("[" + String.join(",", elements) + "]");
            if (isRight) {
                assertThat(batch).extracting(EventData::toString).isEqualTo(stripped(alone));
            }
        } catch (InvalidItemException e) {
            assertThat(isRight).isFalse();
        }
    }

    @Provide
    Arbitrary<List<String>> batches() {
        return json().list().ofMinSize(1).ofMaxSize(4);
    }

    private static List<String> stripped(List<EventData> events) {
        return events.stream().map(event -> event.toString().strip()).toList();
    }

    @Property
    void aStreamBeginsWhereItWasAskedToOrTheClientIsToldWhatIsWrong(
            @ForAll("places") String from, @ForAll("eventIds") String lastEventId) {
        try {
            EventId after = StreamResource.start(null, from, log).after();
            assertThat(from).matches("earliest|latest|-?[1-9][0-9]{0,17}");
            assertThat(after.epoch()).isEqualTo("abc");
        } catch (WebApplicationException e) {
            assertThat(e.getResponse().getStatus()).isEqualTo(400);
            assertThat(from).doesNotMatch("earliest|latest|-?[1-9][0-9]{0,17}");
        }
        assertThat(StreamResource.start(lastEventId, from, log))
                .isEqualTo(StreamStart.afterLastEventId(lastEventId, log));
        assertUnderstoodOr400(() -> Parameters.number("heartbeat", from, 1, 300));
    }

    @Provide
    Arbitrary<String> places() {
        return Arbitraries.oneOf(
                parameters(),
                Arbitraries.strings().withChars("-+0123456789 ").ofMaxLength(20),
                Arbitraries.longs().map(number -> "-" + number),
                Arbitraries.of("earliest", "latest", "", "-", "--1", "0", "-0", "EARLIEST", "latest "));
    }

    @Property
    void aParameterIsUnderstoodOrTheClientIsToldWhich(@ForAll("parameters") String text) {
        assertUnderstoodOr400(() -> Parameters.limit(text));
        assertUnderstoodOr400(() -> Parameters.flag("x", text));
        assertUnderstoodOr400(() -> Parameters.status(text));
        assertUnderstoodOr400(() -> Parameters.labels(List.of(text)));
        assertUnderstoodOr400(() -> Parameters.after(text, log));
    }

    private static void assertUnderstoodOr400(Runnable read) {
        try {
            read.run();
        } catch (WebApplicationException e) {
            assertThat(e.getResponse().getStatus()).isEqualTo(400);
        }
    }

    @Provide
    Arbitrary<String> eventIds() {
        return Arbitraries.oneOf(
                Arbitraries.strings().ofMaxLength(20),
                Arbitraries.strings().withChars("abc-0123456789").ofMaxLength(12),
                Arbitraries.integers().between(-3, 20).map(number -> "abc-" + number),
                Arbitraries.longs().map(number -> "abc-" + number));
    }

    @Provide
    Arbitrary<String> json() {
        Arbitrary<String> type = Arbitraries.of(
                "item_started", "message_delta", "token_usage", "error", "approval_request", "done", "other", "");
        Arbitrary<String> value = Arbitraries.of(
                "1",
                "-0.0e9",
                "\"x\"",
                "null",
                "true",
                "[]",
                "{}",
                "[[[1]]]",
                "\"\\u0000\"",
                "\"\\ud800\"",
                "nul",
                "\"",
                "{\"type\":\"done\"}",
                "1 2");
        Arbitrary<String> member =
                Arbitraries.of("item", "text", "usage", "message", "id", "command", "status", "type");
        Arbitrary<String> item = type.flatMap(name ->
                member.flatMap(key -> value.map(text -> "{\"type\":\"" + name + "\",\"" + key + "\":" + text + "}")));
        return Arbitraries.oneOf(
                item,
                value,
                Arbitraries.strings().ofMaxLength(30),
                Arbitraries.strings().withChars("{}[]\":,0e-. \\utype").ofMaxLength(40),
                Arbitraries.integers().between(1, 400).map(depth -> "[".repeat(depth) + "]".repeat(depth)));
    }

    @Provide
    Arbitrary<String> parameters() {
        return Arbitraries.oneOf(
                Arbitraries.strings().ofMaxLength(20),
                Arbitraries.longs().map(String::valueOf),
                Arbitraries.of("open", "true", "abc-1", "a:b", ":", "a:", "+1", "0x1", "1e3"));
    }
}
