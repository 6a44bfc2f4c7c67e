package io.taskstream.text;

import static io.taskstream.testing.Samples.READER;
import static org.assertj.core.api.Assertions.assertThat;

import io.taskstream.client.StreamItem;
import io.taskstream.eventlog.Batch;
import io.taskstream.eventlog.EventId;
import io.taskstream.eventlog.memory.MemoryBounds;
import io.taskstream.eventlog.memory.MemoryEventLog;
import io.taskstream.task.EventData;
import io.taskstream.task.TaskId;
import io.taskstream.testing.Choices;
import io.taskstream.testing.Property;
import io.taskstream.testing.Samples;
import io.taskstream.testing.Stages;
import io.taskstream.text.LineIndex.Place;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class LineIndexTest {

    private static final TaskId TASK = new TaskId("build");
    private static final EventData ITEM = READER.read("{\"type\":\"error\",\"message\":\"no\"}");
    private static final int MANY = 20_000;

    private final MemoryEventLog log =
            new MemoryEventLog(new MemoryBounds(MANY, 64 << 20, 10), InstantSource.fixed(Samples.NOON), () -> 0L);

    @Test
    void anEventThatIsNoTextIsALineAndEndsTheOneBefore() {
        LineIndex index = publish(List.of(text("one\ntwo\nth"), text("ree"), ITEM, text(""), text("\n"), ITEM));

        assertThat(places(index, 7)).containsExactly("1", "3+", "3+", "5", "5", "6", "7");
        assertThat(events(index, 8)).containsExactly(1L, 1L, 1L, 3L, 5L, 6L, 7L, 7L);
    }

    @Property(tries = 100)
    void eachLineIsInTheEventInWhichItBegins(Choices from) {
        List<EventData> events = new ArrayList<>();
        List<Long> begins = new ArrayList<>();
        boolean isBegun = false;
        for (int event = 1; event <= 40; event++) {
            if (from.between(0, 5) == 0) {
                events.add(ITEM);
                begins.add((long) event);
                isBegun = false;
                continue;
            }
            String text = from.textOf("ab\n", 6);
            events.add(text(text));
            for (int i = 0; i < text.length(); i++) {
                if (!isBegun) {
                    begins.add((long) event);
                }
                isBegun = text.charAt(i) != '\n';
            }
        }
        LineIndex index = publish(events);

        assertThat(events(index, begins.size())).isEqualTo(begins);
        // What is known by now changes nothing.
        assertThat(events(index, begins.size())).isEqualTo(begins);
    }

    @Test
    void aLongLogIsCountedInSteps() {
        LineIndex index = publish(IntStream.range(0, MANY)
                .mapToObj(i -> text("x".repeat(i % 80) + "\n"))
                .toList());
        int steps = 0;
        @Nullable Place place;
        do {
            place = Stages.join(index.beforeLine(MANY - 1, Runnable::run, () -> true));
            steps++;
        } while (place == null);

        assertThat(steps).isBetween(5, 1_000);
        assertThat(place).isEqualTo(new Place(first().at(MANY - 1), MANY - 1, false));
        assertThat(Stages.join(index.beforeEvent(MANY / 2, Runnable::run, () -> true)))
                .isEqualTo(new Place(first().at(MANY / 2), MANY / 2, false));
    }

    @Test
    void whatComesLaterIsCountedWhenItIsAskedFor() {
        LineIndex index = publish(List.of(text("one\n")));
        assertThat(events(index, 2)).containsExactly(1L, 2L);
        log.append(TASK, Batch.of(List.of(text("two\n"), text("three\n"))));
        assertThat(events(index, 4)).containsExactly(1L, 2L, 3L, 4L);
    }

    private static EventData text(String text) {
        return READER.bind(new StreamItem.MessageDelta(text));
    }

    private LineIndex publish(List<EventData> events) {
        if (log.find(TASK).isPresent()) {
            log.delete(TASK);
        }
        log.create(Samples.task(TASK.value()));
        Stages.join(log.append(TASK, Batch.of(events)));
        return new LineIndex(first(), this::reader);
    }

    private EventId first() {
        return log.find(TASK).orElseThrow().last().at(1);
    }

    private TextReader reader(long from) {
        return new TextReader(
                log,
                READER,
                TASK,
                first().at(from),
                log.find(TASK).orElseThrow().last().sequence());
    }

    /** The line before each event, with a plus where it is begun. */
    private static List<String> places(LineIndex index, int events) {
        return IntStream.rangeClosed(1, events)
                .mapToObj(event -> Stages.join(index.beforeEvent(event, Runnable::run, () -> false)))
                .map(place -> place.line() + (place.isBegun() ? "+" : ""))
                .toList();
    }

    /** The events in which lines begin. */
    private static List<Long> events(LineIndex index, int lines) {
        return IntStream.rangeClosed(1, lines)
                .mapToObj(line -> Stages.join(index.beforeLine(line, Runnable::run, () -> false)))
                .map(place -> place.event().sequence())
                .toList();
    }
}
