package io.taskstream.stream;

import static io.taskstream.stream.StreamFixture.COMMENT;
import static io.taskstream.stream.StreamFixture.TASK;
import static io.taskstream.stream.StreamFixture.frames;
import static org.assertj.core.api.Assertions.assertThat;

import io.taskstream.eventlog.EventLogException;
import io.taskstream.testing.FailingLog;
import io.taskstream.testing.FakeExchange;
import io.taskstream.testing.FakeOutput;
import io.taskstream.testing.ForeignSink;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** A viewer of a log that can't be read for a while, and does not notify when it can be read again. */
class FailedReadTest {

    private final EventLogException failure = new EventLogException.Unavailable("Not now", null);

    private final StreamFixture fixture = new StreamFixture();
    private final FailingLog log = new FailingLog(fixture.log);
    private final TaskStreams streams = fixture.streamsOf(log);

    @Test
    void eventsThatCouldNotBeReadFollowTwoSecondsLater() {
        fixture.publishNumbers(1, 3);
        log.failNextReads(1_000, failure);
        FakeExchange viewer = watch();
        assertThat(viewer.out().takeText()).isEqualTo("retry: 2500\n\n");
        log.recoverReads();
        fixture.pass(Duration.ofSeconds(2));
        assertThat(viewer.out().takeText()).isEqualTo(frames(1, 3));
    }

    @Test
    void eventsOfAReadThatFailsLongAfterTheStartFollowTwoSecondsLater() {
        FakeExchange viewer = watch();
        fixture.pass(Duration.ofSeconds(3));
        log.failNextReads(1, failure);
        fixture.publishNumbers(1, 3);
        viewer.out().takeText();
        fixture.pass(Duration.ofSeconds(2));
        assertThat(viewer.out().takeText()).isEqualTo(frames(1, 3));
    }

    @Test
    void aForeignSinkGetsThemTwoSecondsLater() {
        var sink = new ForeignSink();
        streams.register(TASK, sink);
        fixture.executor.runAll();
        log.failNextReads(1, failure);
        fixture.publish("1");
        assertThat(sink.data()).isEmpty();
        fixture.pass(Duration.ofSeconds(2));
        assertThat(sink.data()).containsExactly("1");
    }

    @Test
    void aReadThatGoesOnFailingIsTriedOnceASecondAndHeartbeatsKeepTheirRhythm() {
        fixture.publishNumbers(1, 3);
        log.failNextReads(1_000, failure);
        FakeExchange viewer = watch();
        viewer.out().takeText();
        int before = log.reads();
        fixture.pass(Duration.ofSeconds(65));
        // Both parts of the two heartbeats read, too.
        assertThat(log.reads() - before).isBetween(40, 65 + 4);
        assertThat(viewer.out().takeText()).isEqualTo(COMMENT + COMMENT);
    }

    @Test
    void manyWakeUpsWhileReadsFailMakeOneRetry() {
        FakeExchange viewer = watch();
        viewer.out().takeText();
        log.failNextReads(10, failure);
        fixture.publishNumbers(1, 1);
        for (int i = 2; i <= 10; i++) {
            fixture.publish(Integer.toString(i));
        }
        int before = log.reads();
        fixture.pass(Duration.ofSeconds(2));
        assertThat(viewer.out().takeText()).isEqualTo(frames(1, 10));
        assertThat(log.reads() - before).isLessThan(4);
    }

    @Test
    void anErrorInAReadEndsTheViewer() {
        fixture.publishNumbers(1, 3);
        log.failNextReads(1, new LinkageError("This read fails"));
        FakeExchange viewer = watch();
        assertThat(viewer.isCompleted()).isTrue();
        assertThat(streams.viewers(TASK)).isZero();
    }

    private FakeExchange watch() {
        var exchange = new FakeExchange(new FakeOutput());
        try {
            ResponseEventSink sink = streams.sink(exchange, fixture.options(fixture.earliest()));
            streams.register(TASK, sink);
            sink.open(2500);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        fixture.executor.runAll();
        return exchange;
    }
}
