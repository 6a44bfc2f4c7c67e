package io.taskstream.stream;

import static io.taskstream.stream.StreamFixture.TASK;
import static io.taskstream.stream.StreamFixture.frame;
import static io.taskstream.stream.StreamFixture.frames;
import static org.assertj.core.api.Assertions.assertThat;

import io.taskstream.testing.FakeExchange;
import io.taskstream.testing.FakeOutput;
import io.taskstream.testing.ForeignSink;
import io.taskstream.testing.LateLog;
import io.taskstream.testing.Samples;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** A viewer of a log whose reads may have found the log's end before an event came, and complete after its pass. */
class LateReadTest {

    private final StreamFixture fixture = new StreamFixture();
    private final LateLog log = new LateLog(fixture.log);
    private final TaskStreams streams = fixture.streamsOf(log);

    @Test
    void anEventThatComesDuringAReadFollowsTheRead() {
        FakeExchange viewer = watch(false);
        log.finishAll();
        fixture.publish("1");
        log.finishAll();
        fixture.publish("2");
        log.finishOne();
        fixture.publish("3");
        log.finishAll();
        assertThat(viewer.out().takeText()).endsWith(frames(1, 3));
    }

    @Test
    void anEventThatComesDuringTheFirstReadFollowsTheRead() {
        FakeExchange viewer = watch(false);
        assertThat(log.waiting()).isEqualTo(1);
        fixture.publish("1");
        log.finishAll();
        assertThat(viewer.out().takeText()).endsWith(frame(1, "1"));
    }

    @Test
    void theEndThatComesDuringTheFirstReadEndsTheStream() {
        FakeExchange viewer = watch(false);
        fixture.publish(Samples.DONE);
        log.finishAll();
        assertThat(viewer.out().takeText()).endsWith(frame(1, Samples.DONE));
        assertThat(viewer.isCompleted()).isTrue();
    }

    @Test
    void aTracedViewerGetsItToo() {
        FakeExchange viewer = watch(true);
        fixture.publish("1");
        log.finishAll();
        fixture.executor.runAll();
        log.finishAll();
        assertThat(viewer.out().takeText()).endsWith(frame(1, "1"));
    }

    @Test
    void aForeignSinkGetsItToo() {
        var sink = new ForeignSink();
        streams.register(TASK, sink);
        fixture.publish("1");
        log.finishAll();
        assertThat(sink.data()).containsExactly("1");
    }

    /** The viewer's writer serves two wake-ups that come at about the same time with one run. */
    @Test
    void oneWakeUpForTheEndOfTheReadAndForThePassIsEnough() {
        var passes = new AtomicInteger();
        var cursor = new Cursor(
                (after, maxBytes) -> log.read(TASK, after, maxBytes),
                fixture.earliest(),
                () -> {},
                later -> {},
                () -> ProducerWatch.Snapshot.NONE,
                passes::get,
                fixture.context.meters());
        assertThat(cursor.next(1)).isNull();
        fixture.append("1");
        passes.incrementAndGet();
        log.finishOne();
        assertThat(cursor.next(1)).isNull();
        log.finishOne();
        assertThat(cursor.next(1)).isNotNull();
    }

    @Test
    void aQuietLogIsNotReadAgainAndAgain() {
        FakeExchange viewer = watch(false);
        log.finishAll();
        assertThat(log.waiting()).isZero();
        assertThat(log.reads()).isLessThan(4);
        assertThat(viewer.isCompleted()).isFalse();
    }

    private FakeExchange watch(boolean traced) {
        var exchange = new FakeExchange(new FakeOutput());
        ResponseEventSink sink = sink(
                exchange,
                new ViewerOptions(
                        fixture.earliest(), StreamFixture.HEARTBEAT, false, StreamFixture.STALL, traced, null));
        streams.register(TASK, sink);
        open(sink);
        return exchange;
    }

    private void open(ResponseEventSink sink) {
        sink.open(2500);
        fixture.executor.runAll();
    }

    private ResponseEventSink sink(FakeExchange exchange, ViewerOptions options) {
        try {
            return streams.sink(exchange, options);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
