package io.taskstream.stream;

import static io.taskstream.stream.StreamFixture.HEARTBEAT;
import static io.taskstream.stream.StreamFixture.STALL;
import static io.taskstream.stream.StreamFixture.TASK;
import static org.assertj.core.api.Assertions.assertThat;

import io.taskstream.stream.StreamFixture.Connection;
import io.taskstream.testing.ForeignSink;
import io.taskstream.testing.Samples;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class NothingIsLeftTest {

    private final StreamFixture fixture = new StreamFixture();

    /** One viewer stays, so that the broadcaster stays; the others leave in every possible way. */
    @Test
    void tenThousandViewersComeAndGoAndNoObjectOfTheirsIsLeft() {
        Connection stays = fixture.watch(fixture.earliest());
        List<WeakReference<Object>> traces = new ArrayList<>();
        var random = new Random(3);
        for (int round = 0; round < 100; round++) {
            comeAndGo(traces, random);
            fixture.publish(Integer.toString(round));
            fixture.pass(HEARTBEAT.dividedBy(10));
        }
        // Viewers that take no byte are disconnected; a heartbeat notices those that have closed their end.
        fixture.pass(STALL.plus(HEARTBEAT));
        fixture.publish("\"the end of the test\"");

        assertThat(traces).hasSize(20_000);
        assertThat(fixture.streams.viewers(TASK)).isEqualTo(1);
        assertThat(leftAfterCollection(traces)).isZero();
        assertThat(stays.exchange().isCompleted()).isFalse();
    }

    @Test
    void nothingIsLeftOfATaskWithoutViewers() {
        List<WeakReference<Object>> traces = new ArrayList<>();
        comeAndGo(traces, new Random(3));
        fixture.publish("1");
        fixture.pass(STALL.plus(HEARTBEAT));
        fixture.publish(Samples.DONE);
        assertThat(fixture.streams.viewers(TASK)).isZero();
        assertThat(leftAfterCollection(traces)).isZero();
    }

    private void comeAndGo(List<WeakReference<Object>> traces, Random random) {
        for (int i = 0; i < 100; i++) {
            if (random.nextInt(10) == 0) {
                var sink = new ForeignSink();
                fixture.streams.register(TASK, sink);
                sink.disconnect();
                traces.add(new WeakReference<>(sink));
                traces.add(new WeakReference<>(sink.sent()));
                continue;
            }
            Connection viewer = fixture.watch(fixture.earliest());
            leave(viewer, random.nextInt(5));
            traces.add(new WeakReference<>(viewer.sink()));
            traces.add(new WeakReference<>(viewer.exchange()));
        }
    }

    private static void leave(Connection viewer, int way) {
        switch (way) {
            case 0 -> viewer.sink().close();
            case 1 -> viewer.exchange().breakOff(new IOException("Reset by peer"));
            case 2 -> viewer.out().failWith(new IOException("Broken pipe"));
            case 3 -> viewer.out().setReady(false);
            default -> viewer.sink().onError(new IOException("Reset by peer"));
        }
    }

    private static long leftAfterCollection(List<WeakReference<Object>> traces) {
        long left = traces.size();
        for (int i = 0; i < 20 && left > 0; i++) {
            System.gc();
            left = traces.stream().filter(trace -> trace.get() != null).count();
        }
        return left;
    }
}
