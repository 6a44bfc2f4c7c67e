package io.taskstream.http.resource;

import static io.taskstream.testing.Samples.READER;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.taskstream.client.StreamItem;
import io.taskstream.eventlog.Batch;
import io.taskstream.eventlog.EventLogException;
import io.taskstream.eventlog.LogState;
import io.taskstream.eventlog.memory.MemoryBounds;
import io.taskstream.eventlog.memory.MemoryEventLog;
import io.taskstream.http.body.PeriodicChecks;
import io.taskstream.task.EventData;
import io.taskstream.task.TaskId;
import io.taskstream.testing.Choices;
import io.taskstream.testing.FailingLog;
import io.taskstream.testing.FakeExchange;
import io.taskstream.testing.FakeOutput;
import io.taskstream.testing.ManualExecutor;
import io.taskstream.testing.ManualScheduler;
import io.taskstream.testing.ManualTicker;
import io.taskstream.testing.Property;
import io.taskstream.testing.Samples;
import io.taskstream.testing.Stages;
import io.taskstream.text.LogText;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TextAnswerTest {

    private static final TaskId TASK = new TaskId("build");
    private static final Duration STALL = Duration.ofSeconds(60);
    private static final ByteRange ALL = new ByteRange(0, Long.MAX_VALUE);

    private final FailingLog log = new FailingLog(
            new MemoryEventLog(new MemoryBounds(10_000, 64 << 20, 10), InstantSource.fixed(Samples.NOON), () -> 0L));
    private final ManualScheduler scheduler = new ManualScheduler();
    private final ManualTicker ticker = new ManualTicker();
    private final ManualExecutor executor = new ManualExecutor();
    private final PeriodicChecks checks = new PeriodicChecks(scheduler, ticker);
    private final FakeOutput out = new FakeOutput();
    private final FakeExchange exchange = new FakeExchange(out);
    private int ends;
    private Runnable withdraw = () -> {};

    @Test
    void theWholeTextIsWrittenAndTheAnswerEnds() throws IOException {
        String text = publish(300);
        open(1, ALL);
        executor.runAll();

        assertThat(out.text()).isEqualTo(text);
        assertThat(exchange.isCompleted()).isTrue();
        assertThat(ends).isEqualTo(1);
        assertThat(out.violations()).isEmpty();
    }

    /** What a slow reader does not accept is not read from the log. */
    @Test
    void nothingIsReadForAConnectionThatTakesNoBytes() throws IOException {
        String text = publish(900);
        out.afterWrite(() -> out.setReady(false));
        open(1, ALL);
        executor.runAll();
        int reads = log.reads();
        assertThat(reads).isEqualTo(1);

        for (int i = 0; !exchange.isCompleted(); i++) {
            assertThat(i).isLessThan(1_000);
            out.setReady(true);
            executor.runAll();
            assertThat(log.reads()).isLessThanOrEqualTo(++reads);
        }
        assertThat(out.text()).isEqualTo(text);
        assertThat(out.violations()).isEmpty();
    }

    @Property(tries = 50)
    void aPartIsThoseBytes(Choices from) throws IOException {
        var test = new TextAnswerTest();
        byte[] text = test.publish(from.between(1, 900)).getBytes(UTF_8);
        int start = from.between(0, text.length - 1);
        int length = from.between(1, text.length - start);
        LogText.Size size = Stages.join(test.text().measure(Runnable::run));
        Map.Entry<Long, Long> mark = size.marks().floorEntry((long) start);
        test.open(mark.getValue(), new ByteRange(start - mark.getKey(), length));
        test.executor.runAll();

        assertThat(size.bytes()).isEqualTo(text.length);
        assertThat(test.out.text()).isEqualTo(new String(text, start, length, UTF_8));
        assertThat(test.exchange.isCompleted()).isTrue();
    }

    @Test
    void aReaderThatTakesNoByteForTheStallTimeIsDisconnected() throws IOException {
        publish(900);
        out.afterWrite(() -> out.setReady(false));
        open(1, ALL);
        executor.runAll();
        pass(STALL.minusSeconds(1));
        assertThat(exchange.isCompleted()).isFalse();
        out.setReady(true);
        executor.runAll();
        pass(STALL.minusSeconds(1));
        assertThat(exchange.isCompleted()).isFalse();
        pass(STALL);

        assertThat(exchange.isCompleted()).isTrue();
        assertThat(ends).isEqualTo(1);
    }

    private void pass(Duration time) {
        for (long i = 0; i < time.toSeconds(); i++) {
            ticker.advance(Duration.ofSeconds(1));
            scheduler.tick();
        }
    }

    @Test
    void aLogThatCantBeReadEndsTheAnswer() throws IOException {
        publish(900);
        log.failNextReads(1, new EventLogException.Unavailable("Not now", null));
        open(1, ALL);
        executor.runAll();

        assertThat(exchange.isCompleted()).isTrue();
        assertThat(ends).isEqualTo(1);
    }

    @Test
    void withdrawnAccessEndsTheAnswer() throws IOException {
        publish(900);
        out.afterWrite(() -> out.setReady(false));
        open(1, ALL);
        executor.runAll();
        withdraw.run();

        assertThat(exchange.isCompleted()).isTrue();
    }

    private String publish(int lines) {
        log.create(Samples.task(TASK.value()));
        EventData[] events = IntStream.range(0, lines)
                .mapToObj(i -> READER.bind(new StreamItem.MessageDelta(i + "x".repeat(i % 2_000) + "\n")))
                .toArray(EventData[]::new);
        Stages.join(log.append(TASK, Batch.of(List.of(events))));
        var text = new StringBuilder();
        IntStream.range(0, lines)
                .forEach(i -> text.append(i).append("x".repeat(i % 2_000)).append('\n'));
        return text.toString();
    }

    private LogText text() {
        LogState state = log.find(TASK).orElseThrow();
        return new LogText(log, READER, TASK, state.last().at(1), state.last().sequence(), false);
    }

    private void open(long from, ByteRange part) throws IOException {
        new TextAnswer(exchange, text(), from, part, executor, checks, STALL, () -> ends++).open(abort -> {
            withdraw = abort;
            return () -> {};
        });
    }
}
