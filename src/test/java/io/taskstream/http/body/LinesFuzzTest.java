package io.taskstream.http.body;

import static io.taskstream.testing.Samples.NOON;
import static io.taskstream.testing.Samples.READER;
import static org.assertj.core.api.Assertions.assertThat;

import io.taskstream.access.Grant;
import io.taskstream.access.Sessions;
import io.taskstream.access.limit.ByteBudget;
import io.taskstream.access.limit.EventRates;
import io.taskstream.access.limit.PublishPermit;
import io.taskstream.eventlog.Publishers;
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

/** However a producer's lines are cut, everything valid before the first mistake is in the log. */
class LinesFuzzTest {

    private static final TaskId TASK = new TaskId("t");
    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final int MAX_LINE = 100;

    private final SettableTime time = new SettableTime();
    private final ManualScheduler scheduler = new ManualScheduler();
    private final ManualTicker ticker = new ManualTicker();
    private final ManualExecutor executor = new ManualExecutor();
    private final PeriodicChecks checks = new PeriodicChecks(scheduler, ticker);
    private final ByteBudget budget = new ByteBudget(1 << 20, 0);

    @Property
    void ndjsonIsKeptUpToTheFirstMistake(Choices from) throws IOException {
        int piece = from.between(1, 60);
        List<String> lines = from.list(0, 8, () -> line(from));
        var log = newLog();
        LinePublisher.Outcome outcome = publish(log, String.join("\n", lines), piece);

        Expected expected = expected(lines);
        assertThat(kept(log)).isEqualTo(expected.kept);
        assertThat(outcome.count()).isEqualTo(expected.kept.size());
        assertThat(outcome.failure() == null).isEqualTo(expected.isWhole);
        assertThat(budget.held()).isZero();
    }

    /** The log's deltas, joined, equal the decoded body, however it is cut and wherever it pauses. */
    @Property
    void textIsKeptAsItWasSent(Choices from) throws IOException {
        byte[] bytes = text(from);
        var log = newLog();
        var in = new FakeInput();
        List<LinePublisher.Outcome> outcomes = begin(in, log, LineFormat.TEXT);
        for (int at = 0; at < bytes.length; ) {
            int end = Math.min(bytes.length, at + from.between(1, 40));
            in.arrive(Arrays.copyOfRange(bytes, at, end));
            executor.runAll();
            at = end;
            if (from.between(0, 3) == 0) {
                ticker.advance(Duration.ofMillis(from.between(1, 1_100)));
                scheduler.runDelayed();
                executor.runAll();
            }
        }
        in.end();
        executor.runAll();

        assertThat(outcomes).hasSize(1);
        assertThat(outcomes.get(0).failure()).isNull();
        String all = new String(bytes, StandardCharsets.UTF_8);
        String expected = all.startsWith("\ufeff") ? all.substring(1) : all;
        List<String> deltas = kept(log).stream()
                .map(json -> JsonBody.object(json).getString("text"))
                .toList();
        assertThat(String.join("", deltas)).isEqualTo(expected);
        assertThat(deltas).doesNotContain("").allMatch(delta -> delta.matches("(?s)[^\r\n]*(\r|\n|\r\n)?"));
        assertThat(outcomes.get(0).bytes()).isEqualTo(expected.isEmpty() ? 0 : bytes.length);
        assertThat(budget.held()).isZero();
    }

    @Property
    void noPieceOfTextIsTooLongAndAllAddUp(Choices from) {
        byte[] bytes = text(from);
        var splitter = new TextSplitter(StandardCharsets.UTF_8, 8);
        List<Integer> lengths = new ArrayList<>();
        var joined = new StringBuilder();
        BodySplitter.Pieces taker = (line, offset, length, raw) -> {
            lengths.add(raw);
            joined.append(new String(line, offset, length, StandardCharsets.UTF_8));
        };
        for (int at = 0; at < bytes.length; ) {
            int count = Math.min(bytes.length - at, from.between(1, 30));
            splitter.add(Arrays.copyOfRange(bytes, at, at + count), count, taker);
            at += count;
            assertThat(splitter.pending() + sum(lengths)).isEqualTo(at);
            if (from.between(0, 3) == 0) {
                splitter.pause(taker);
                assertThat(splitter.pending()).isLessThan(4);
            }
        }
        assertThat(new String(bytes, StandardCharsets.UTF_8)).startsWith(joined);
        splitter.end(taker);
        assertThat(lengths).allMatch(length -> length > 0 && length <= 8);
        assertThat(sum(lengths)).isEqualTo(bytes.length);
        assertThat(joined).hasToString(new String(bytes, StandardCharsets.UTF_8));
    }

    private static int sum(List<Integer> lengths) {
        return lengths.stream().mapToInt(Integer::intValue).sum();
    }

    /** Bytes with many line ends, and characters of every length or parts of them. */
    static byte[] text(Choices from) {
        var bytes = new ByteArrayOutputStream();
        for (int left = from.between(0, 30); left > 0; left--) {
            bytes.writeBytes(from.from(List.of(
                    () -> from.bytes(6),
                    () -> utf8(from.oneOf("\n", "\r", "\r\n", "\r\r\n", "\n\r", "\ufeff", "\u00e4", "\u20ac")),
                    () -> utf8(from.oneOf("plain text", "\ud83d\ude00\ud83d\ude00", "x".repeat(50))),
                    () -> Arrays.copyOf(utf8(from.oneOf("\u20ac", "\ud83d\ude00")), from.between(1, 3)))));
        }
        return bytes.toByteArray();
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
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
        BodySplitter.Pieces taker =
                (line, offset, length, raw) -> lines.add(new String(line, offset, length, StandardCharsets.ISO_8859_1));
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
        String content = sent.startsWith("\ufeff") ? sent.substring(1) : sent;
        for (String line : content.split("\n", -1)) {
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

    private LinePublisher.Outcome publish(MemoryEventLog log, String text, int piece) throws IOException {
        byte[] bytes = utf8(text);
        var in = new FakeInput();
        List<LinePublisher.Outcome> outcomes = begin(in, log, LineFormat.NDJSON);
        for (int at = 0; at < bytes.length; at += piece) {
            in.arrive(Arrays.copyOfRange(bytes, at, Math.min(bytes.length, at + piece)));
            executor.runAll();
        }
        in.end();
        executor.runAll();
        assertThat(outcomes).hasSize(1);
        return outcomes.get(0);
    }

    private List<LinePublisher.Outcome> begin(FakeInput in, MemoryEventLog log, LineFormat format) {
        List<LinePublisher.Outcome> outcomes = new ArrayList<>();
        var sessions = new Sessions(MINUTE, time, entry -> false);
        var permit = new PublishPermit(TASK, Grant.UNRESTRICTED, sessions, new EventRates(0, 0, time::nanos), time);
        var limits = new Limits(MAX_LINE, 1, MINUTE, MINUTE, MINUTE, MINUTE, MINUTE);
        var context = new LinePublisher.Context(log, READER, executor, scheduler, limits, checks, new Publishers());
        ByteBudget.Allocation share = budget.allocate(Grant.UNRESTRICTED, "::1");
        in.setReadListener(new LinePublisher(
                in,
                share,
                permit,
                format,
                StandardCharsets.UTF_8,
                new BodyPart.Whole(null, null),
                context,
                outcomes::add));
        return outcomes;
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
