package io.taskstream.text;

import static io.taskstream.testing.Samples.READER;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.taskstream.client.StreamItem;
import io.taskstream.eventlog.Batch;
import io.taskstream.eventlog.EventLogException;
import io.taskstream.eventlog.LogState;
import io.taskstream.eventlog.memory.MemoryBounds;
import io.taskstream.eventlog.memory.MemoryEventLog;
import io.taskstream.task.EventData;
import io.taskstream.task.TaskId;
import io.taskstream.testing.Choices;
import io.taskstream.testing.Property;
import io.taskstream.testing.Samples;
import io.taskstream.testing.Stages;
import jakarta.json.Json;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class LogTextTest {

    private static final TaskId TASK = new TaskId("build");
    /** JSON in UTF-8 has half a pair only as an escape. */
    private static final Pattern SURROGATE = Pattern.compile("[\\ud800-\\udfff]");

    private static final int KEPT = 20_000;

    private final MemoryEventLog log =
            new MemoryEventLog(new MemoryBounds(KEPT, 64 << 20, 10), InstantSource.fixed(Samples.NOON), () -> 0L);

    @Property(tries = 200)
    void theTextIsWhatWasPublishedHoweverItWasCut(Choices from) {
        String whole = from.text(400) + from.textOf("a\u00e4\u20ac\ud83d\ude00\u001b[31m\"\\\n", 400);
        publish(events(whole, from));

        assertThat(bytes(text(false), 1)).isEqualTo(whole.getBytes(StandardCharsets.UTF_8));
        assertThat(new String(bytes(text(true), 1), StandardCharsets.UTF_8))
                .isEqualTo(new String(
                        ControlSequencesTest.stripped(whole).getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8));
    }

    /** Deltas as the server writes them and as other servers may, with other events between them. */
    private static List<EventData> events(String text, Choices from) {
        List<EventData> events = new ArrayList<>();
        for (int at = 0; at < text.length(); ) {
            int end = Math.min(text.length(), at + from.between(0, 60));
            String piece = Json.createValue(text.substring(at, end)).toString();
            piece = SURROGATE
                    .matcher(piece)
                    .replaceAll(half -> "\\\\u%04x".formatted((int) half.group().charAt(0)));
            String json = from.oneOf(
                    "{\"type\":\"message_delta\",\"text\":%s}",
                    "{ \"text\" : %s ,\r\n \"type\" : \"message_delta\" }",
                    "{\"type\":\"message_delta\",\"text\":%s,\"more\":\"\\\"\"}",
                    "{\"type\":\"message\\u005fdelta\",\"text\":\"other\",\"text\":%s}");
            events.add(READER.read(json.replace("%s", piece)));
            events.add(READER.read(from.oneOf(
                    "7",
                    "\"text\"",
                    "{\"type\":\"other\",\"text\":\"no\"}",
                    "{\"type\":\"item_started\",\"item\":{\"type\":\"message_delta\",\"text\":\"no\"}}",
                    "{\"text\":\"no\"}")));
            at = end;
        }
        return events;
    }

    @Test
    void theServersOwnDeltasAreReadRight() {
        String all = "\u0000\b\f\n\r\t\"\\/\u001b\u007f\u2028\u20ac\ud83d\ude00{\"type\":\"x\"}";
        publish(List.of(READER.bind(new StreamItem.MessageDelta(all))));

        assertThat(bytes(text(false), 1)).isEqualTo(all.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void fromEachMarkOnTheTextIsTheRest() {
        List<EventData> lines = new ArrayList<>();
        for (int i = 0; i < 2_000; i++) {
            lines.add(READER.bind(new StreamItem.MessageDelta(i + "\u001b[1m" + "\u00e4".repeat(3_000) + "\n")));
        }
        publish(lines);
        LogText text = text(true);
        byte[] all = bytes(text, 1);

        LogText.Size size = Stages.join(text.measure(Runnable::run));
        assertThat(size.bytes()).isEqualTo(all.length);
        assertThat(size.marks()).hasSizeBetween(2, 10);
        size.marks()
                .forEach((before, sequence) -> assertThat(bytes(text, sequence))
                        .isEqualTo(Arrays.copyOfRange(all, Math.toIntExact(before), all.length)));
    }

    @Test
    void aTextWithoutEventsIsEmpty() {
        log.create(Samples.task(TASK.value()));

        assertThat(Stages.join(text(false).measure(Runnable::run)).bytes()).isZero();
    }

    /** An incomplete answer must not look complete. */
    @Test
    void whatIsNoLongerKeptIsNotSkippedSilently() {
        publish(List.of(READER.read("1")));
        LogText text = text(false);
        for (int i = 0; i < 3; i++) {
            Stages.join(log.append(TASK, Batch.of(Collections.nCopies(KEPT, READER.read("2")))));
        }

        assertThatExceptionOfType(EventLogException.Unavailable.class)
                .isThrownBy(() -> Stages.join(text.measure(Runnable::run)));
    }

    private void publish(List<EventData> events) {
        log.delete(TASK);
        log.create(Samples.task(TASK.value()));
        if (!events.isEmpty()) {
            Stages.join(log.append(TASK, Batch.of(events)));
        }
    }

    private LogText text(boolean isStripped) {
        LogState state = log.find(TASK).orElseThrow();
        return new LogText(
                log, READER, TASK, state.last().at(state.oldest()), state.last().sequence(), isStripped);
    }

    private static byte[] bytes(LogText text, long from) {
        var bytes = new ByteArrayOutputStream();
        TextReader reader = text.reader(from);
        TextEncoder encoder = text.encoder();
        while (!reader.isAtEnd()) {
            bytes.writeBytes(encoder.encode(Stages.join(reader.read())));
        }
        bytes.writeBytes(encoder.end());
        return bytes.toByteArray();
    }
}
