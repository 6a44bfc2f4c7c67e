package io.taskstream.stream;

import static io.taskstream.stream.StreamFixture.TASK;
import static io.taskstream.stream.StreamFixture.frame;
import static org.assertj.core.api.Assertions.assertThat;

import io.taskstream.eventlog.Batch;
import io.taskstream.eventlog.Chunk;
import io.taskstream.testing.Samples;
import java.util.ArrayDeque;
import java.util.List;
import org.junit.jupiter.api.Test;

class FrameReaderTest {

    private static final String TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    private static final String COMMENT = ": traceparent " + TRACE + "\n";

    private final StreamFixture fixture = new StreamFixture();

    @Test
    void aTracedViewerSeesTheTraceOfEveryEventThatHasOne() {
        StreamFixture.Connection traced = fixture.watch(options(true));
        traced.take();
        fixture.publish("1");
        publishTraced("2", "[\"\\n\",\n3]");
        fixture.publish("4");
        assertThat(traced.take())
                .isEqualTo(frame(1, "1")
                        + COMMENT
                        + frame(2, "2")
                        + COMMENT
                        + frame(3, "[\"\\n\",\ndata: 3]")
                        + frame(4, "4"));
    }

    @Test
    void anyOtherViewerSeesNoTrace() {
        StreamFixture.Connection plain = fixture.watch(options(false));
        plain.take();
        publishTraced("1");
        assertThat(plain.take()).isEqualTo(frame(1, "1"));
    }

    @Test
    void aTracedViewerGetsTheEndToo() {
        StreamFixture.Connection traced = fixture.watch(options(true));
        publishTraced(Samples.DONE);
        assertThat(traced.take()).endsWith(COMMENT + frame(1, Samples.DONE));
        assertThat(traced.exchange().isCompleted()).isTrue();
    }

    @Test
    void anEventThatComesWhileTheReaderWaitsForAThreadIsNotMissed() {
        var queue = new ArrayDeque<Runnable>();
        Cursor cursor = new Cursor(
                FrameReader.traced(fixture.log, TASK, queue::add),
                fixture.earliest(),
                () -> {},
                later -> {},
                () -> ProducerWatch.Snapshot.NONE,
                () -> 0,
                fixture.context.meters());
        assertThat(cursor.next(1)).isNull();
        fixture.append("1");
        // The pass wakes the viewer, and then each thread that the reader has asked for.
        Chunk chunk = cursor.next(1);
        while (chunk == null && !queue.isEmpty()) {
            queue.remove().run();
            chunk = cursor.next(1);
        }
        assertThat(chunk).isNotNull();
    }

    @Test
    void aTracedViewerAtTheEndNeedsNoThread() {
        StreamFixture.Connection traced = fixture.watch(options(true));
        traced.take();
        traced.sink().wake();
        assertThat(fixture.executor.waiting()).isZero();
    }

    private ViewerOptions options(boolean traced) {
        return new ViewerOptions(fixture.earliest(), StreamFixture.HEARTBEAT, false, StreamFixture.STALL, traced, null);
    }

    private void publishTraced(String... json) {
        var events = List.of(json).stream().map(Samples.READER::read).toList();
        fixture.log.append(TASK, new Batch(events, null, null, TRACE));
        fixture.executor.runAll();
    }
}
