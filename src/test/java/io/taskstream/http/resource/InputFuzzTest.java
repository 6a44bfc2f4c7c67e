package io.taskstream.http.resource;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskstream.eventlog.EventId;
import io.taskstream.eventlog.LogState;
import io.taskstream.http.filter.NegotiationFilter;
import io.taskstream.stream.StartPosition;
import io.taskstream.task.EventData;
import io.taskstream.task.EventReader;
import io.taskstream.task.InvalidItemException;
import io.taskstream.task.Task;
import io.taskstream.task.TaskId;
import io.taskstream.testing.Choices;
import io.taskstream.testing.Property;
import jakarta.json.Json;
import jakarta.json.bind.JsonbBuilder;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.MediaType;
import java.io.StringReader;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Any input is read as intended or refused as invalid, and causes no other failure. */
class InputFuzzTest {

    private static final EventId LAST = new EventId("abc", 7);

    private final EventReader events = new EventReader(JsonbBuilder.create());
    private final LogState log = new LogState(Task.open(new TaskId("t"), null, Map.of(), Instant.EPOCH), LAST, 7);

    @Property
    void aLastEventIdIsAPlaceInThisLogOrIsTold(Choices from) {
        String text = eventId(from);
        StartPosition start = StartPosition.afterLastEventId(text, log);
        boolean isHere = text.matches("abc-[0-7]");
        assertThat(start.isKnown()).isEqualTo(isHere);
        assertThat(EventId.parse(start.after().toString())).isPresent();
    }

    @Property
    void anEventIsJsonAndKeptLetterByLetter(Choices from) {
        String json = json(from);
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
    void aBatchIsItsEventsOrIsRefused(Choices from) {
        List<String> elements = from.list(1, 4, () -> json(from));
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

    private static List<String> stripped(List<EventData> events) {
        return events.stream().map(event -> event.toString().strip()).toList();
    }

    @Property
    void aStreamBeginsWhereItWasAskedToOrTheClientIsToldWhatIsWrong(Choices choices) {
        String from = place(choices);
        String lastEventId = eventId(choices);
        try {
            EventId after = StreamResource.start(null, from, log).after();
            assertThat(from).matches("earliest|latest|-?[1-9][0-9]{0,17}");
            assertThat(after.epoch()).isEqualTo("abc");
        } catch (WebApplicationException e) {
            assertThat(e.getResponse().getStatus()).isEqualTo(400);
            assertThat(from).doesNotMatch("earliest|latest|-?[1-9][0-9]{0,17}");
        }
        if (!lastEventId.isEmpty()) {
            assertThat(StreamResource.start(lastEventId, from, log))
                    .isEqualTo(StartPosition.afterLastEventId(lastEventId, log));
        }
        assertUnderstoodOr400(() -> Parameters.number("heartbeat", from, 1, 300));
    }

    private static String place(Choices from) {
        return from.from(List.of(
                () -> parameter(from),
                () -> from.textOf("-+0123456789 ", 20),
                () -> "-" + from.number(),
                () -> from.oneOf("earliest", "latest", "", "-", "--1", "0", "-0", "EARLIEST", "latest ")));
    }

    @Property
    void aParameterIsUnderstoodOrTheClientIsToldWhich(Choices from) {
        String text = parameter(from);
        assertUnderstoodOr400(() -> Parameters.limit(text));
        assertUnderstoodOr400(() -> Parameters.flag("x", text));
        assertUnderstoodOr400(() -> Parameters.status(text));
        assertUnderstoodOr400(() -> Parameters.labels(List.of(text)));
        assertUnderstoodOr400(() -> Parameters.after(text, log));
    }

    @Property
    void whatIsLeftOfAnAcceptCanBeRead(Choices from) {
        String accept = accept(from);
        String ranges = NegotiationFilter.mediaRanges(accept);
        if (ranges == null) {
            return;
        }
        for (String range : ranges.split(",", -1)) {
            if (!range.isBlank()) {
                MediaType type = MediaType.valueOf(range.strip());
                assertThat(type.getParameters())
                        .satisfiesAnyOf(
                                none -> assertThat(none).isEmpty(),
                                weight -> assertThat(new BigDecimal(weight.get("q")))
                                        .isBetween(BigDecimal.ZERO, BigDecimal.ONE));
            }
        }
        assertThat(NegotiationFilter.mediaRanges(ranges)).isEqualTo(ranges);
    }

    private static String accept(Choices from) {
        return String.join(
                from.oneOf(",", ", "),
                from.list(
                        0,
                        5,
                        () -> from.from(List.of(
                                () -> from.text(10),
                                () -> from.textOf("*/aq;=.,\"\\ 0123", 20),
                                () -> from.oneOf("*", "*/*", "text/*", "a/b", "*/b", "a/b/c")
                                        + from.oneOf("", ";q=", "; q=.", " ; Q=0.", ";a=b;q=", ";a=\"x,y\";q=1")
                                        + from.textOf("0123456789.", 5)))));
    }

    private static void assertUnderstoodOr400(Runnable read) {
        try {
            read.run();
        } catch (WebApplicationException e) {
            assertThat(e.getResponse().getStatus()).isEqualTo(400);
        }
    }

    private static String eventId(Choices from) {
        return from.from(List.of(
                () -> from.text(20),
                () -> from.textOf("abc-0123456789", 12),
                () -> "abc-" + from.between(-3, 20),
                () -> "abc-" + from.number()));
    }

    private static String json(Choices from) {
        return from.from(List.of(
                () -> item(from),
                () -> value(from),
                () -> from.text(30),
                () -> from.textOf("{}[]\":,0e-. \\utype", 40),
                () -> nested(from.between(1, 400))));
    }

    private static String item(Choices from) {
        String type = from.oneOf(
                "item_started", "message_delta", "token_usage", "error", "approval_request", "done", "other", "");
        String member = from.oneOf("item", "text", "usage", "message", "id", "command", "status", "type");
        return "{\"type\":\"" + type + "\",\"" + member + "\":" + value(from) + "}";
    }

    private static String value(Choices from) {
        return from.oneOf(
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
    }

    private static String nested(int depth) {
        return "[".repeat(depth) + "]".repeat(depth);
    }

    private static String parameter(Choices from) {
        return from.from(List.of(
                () -> from.text(20),
                () -> Long.toString(from.number()),
                () -> from.oneOf("open", "true", "abc-1", "a:b", ":", "a:", "+1", "0x1", "1e3")));
    }
}
