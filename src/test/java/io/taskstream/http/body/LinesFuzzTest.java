package io.taskstream.http.body;

import static io.taskstream.testing.Samples.NOON;
import static io.taskstream.testing.Samples.READER;
import static org.assertj.core.api.Assertions.assertThat;

import io.taskstream.access.Grant;
import io.taskstream.access.Sessions;
import io.taskstream.access.limit.ByteBudget;
import io.taskstream.access.limit.EventRates;
import io.taskstream.access.limit.PublishPermit;
import io.taskstream.eventlog.memory.MemoryBounds;
import io.taskstream.eventlog.memory.MemoryEventLog;
import io.taskstream.http.Limits;
import io.taskstream.http.ProblemException;
import io.taskstream.task.EventData;
import io.taskstream.task.InvalidItemException;
import io.taskstream.task.TaskId;
import io.taskstream.testing.Choices;
import io.taskstream.testing.FakeInput;
import io.taskstream.testing.ManualExecutor;
import io.taskstream.testing.ManualScheduler;
import io.taskstream.testing.ManualTicker;
import io.taskstream.testing.Property;
import io.taskstream.testing.Samples;
import io.taskstream.testing.SettableTime;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Whatever lines a producer sends, and however they are cut: what is right up to the first mistake is in the log. */
class LinesFuzzTest {

    private static final TaskId TASK = new TaskId("t");
    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final int MAX_LINE = 100;

    private final SettableTime time = new SettableTime();
    private final ManualScheduler scheduler = new ManualScheduler();
    private final ManualExecutor executor = new ManualExecutor();
    private final PeriodicChecks checks = new PeriodicChecks(scheduler, new ManualTicker());
    private final ByteBudget budget = new ByteBudget(1 << 20, 0);

    @Property
    void ndjsonIsKeptUpToTheFirstMistake(Choices from) throws IOException {
        int piece = from.between(1, 60);
        List<String> lines = from.list(0, 8, () -> line(from));
        var log = newLog();
        LinePublisher.Outcome outcome = publish(log, LineFormat.NDJSON, String.join("\n", lines), piece);

        Expected expected = expected(lines);
        assertThat(kept(log)).isEqualTo(expected.kept);
        assertThat(outcome.count()).isEqualTo(expected.kept.size());
        assertThat(outcome.failure() == null).isEqualTo(expected.isWhole);
        assertThat(budget.held()).isZero();
    }

    @Property
    void textIsKeptLineByLine(Choices from) throws IOException {
        int piece = from.between(1, 60);
        byte[] bytes = from.bytes(200);
        var log = newLog();
        LinePublisher.Outcome outcome = publish(log, LineFormat.TEXT, bytes, piece);

        assertThat(kept(log)).hasSize((int) outcome.count()).allMatch(json -> json.contains("message_delta"));
        if (outcome.failure() != null) {
            assertThat(outcome.failure()).isInstanceOf(ProblemException.class).hasMessageContaining("at most");
        }
        assertThat(budget.held()).isZero();
    }

    @Property
    void linesDoNotDependOnHowTheyAreCut(Choices from) {
        int piece = from.between(1, 50);
        byte[] bytes = from.bytes(200);
        assertThat(split(bytes, piece)).isEqualTo(split(bytes, Math.max(1, bytes.length)));
    }

    private static List<String> split(byte[] bytes, int piece) {
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
        } catch (ProblemException e) {
            lines.add("too long");
        }
        return lines;
    }

    /** What must be in the log, and whether that is all that was sent. */
    private record Expected(List<String> kept, boolean isWhole) {}

    private static Expected expected(List<String> lines) {
        List<String> kept = new ArrayList<>();
        boolean hasEnded = false;
        // What was made up may hold line ends, and characters that UTF-8 does not have.
        String sent = new String(String.join("\n", lines).getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
        for (String line : sent.split("\n", -1)) {
            String text = line.endsWith("\r") ? line.substring(0, line.length() - 1) : line;
            if (text.getBytes(StandardCharsets.UTF_8).length > MAX_LINE) {
                return new Expected(kept, false);
            }
            if (text.isBlank()) {
                continue;
            }
            EventData event;
            try {
                event = READER.read(text.strip());
            } catch (InvalidItemException e) {
                return new Expected(kept, false);
            }
            if (hasEnded) {
                return new Expected(kept, false);
            }
            // Every line end within an event's data is one in the stream, and a return counts as one there.
            kept.add(event.toString().replace('\r', '\n'));
            hasEnded = event.end() != null;
        }
        return new Expected(kept, true);
    }

    private LinePublisher.Outcome publish(MemoryEventLog log, LineFormat format, String text, int piece)
            throws IOException {
        return publish(log, format, text.getBytes(StandardCharsets.UTF_8), piece);
    }

    private LinePublisher.Outcome publish(MemoryEventLog log, LineFormat format, byte[] bytes, int piece)
            throws IOException {
        var in = new FakeInput();
        List<LinePublisher.Outcome> outcomes = new ArrayList<>();
        var sessions = new Sessions(MINUTE, time, entry -> false);
        var permit = new PublishPermit(TASK, Grant.UNRESTRICTED, sessions, new EventRates(0, 0, time::nanos), time);
        var limits = new Limits(MAX_LINE, 1, MINUTE, MINUTE, MINUTE, MINUTE, MINUTE);
        var context = new LinePublisher.Context(log, READER, executor, scheduler, limits, checks);
        ByteBudget.Allocation share = budget.allocate(Grant.UNRESTRICTED, "::1");
        in.setReadListener(new LinePublisher(
                in, share, permit, format, StandardCharsets.UTF_8, null, null, context, outcomes::add));
        for (int at = 0; at < bytes.length; at += piece) {
            in.arrive(Arrays.copyOfRange(bytes, at, Math.min(bytes.length, at + piece)));
            executor.runAll();
        }
        in.end();
        executor.runAll();
        assertThat(outcomes).hasSize(1);
        return outcomes.get(0);
    }

    private static MemoryEventLog newLog() {
        var log = new MemoryEventLog(new MemoryBounds(1_000, 1 << 20, 10), InstantSource.fixed(NOON), () -> 0L);
        log.create(Samples.task(TASK.value()));
        return log;
    }

    private static List<String> kept(MemoryEventLog log) {
        return log.history(TASK, 0, 1_000).stream()
                .map(event -> new String(event.data(), StandardCharsets.UTF_8))
                .toList();
    }

    private static String line(Choices from) {
        return from.from(List.of(
                () -> from.oneOf(
                        "1",
                        "{}",
                        "",
                        " ",
                        "\r",
                        "[1,2]",
                        "{\"type\":\"done\"}",
                        "{\"type\":\"done\",\"status\":\"open\"}",
                        "{\"type\":\"message_delta\",\"text\":\"\\u2028\"}",
                        "{\"type\":\"message_delta\"}",
                        "nul",
                        "\"" + "x".repeat(MAX_LINE) + "\""),
                () -> Long.toString(from.number()),
                () -> from.text(30),
                () -> from.textOf("{}[]\":,0e-. \\utype\r\n", 40)));
    }
}
