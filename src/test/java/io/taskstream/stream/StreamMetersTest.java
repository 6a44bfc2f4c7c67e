package io.taskstream.stream;

import static io.taskstream.stream.StreamFixture.TASK;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.taskstream.metrics.Ending;
import io.taskstream.metrics.StreamMeters;
import io.taskstream.testing.Samples;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class StreamMetersTest {

    private final StreamFixture fixture = new StreamFixture(3);
    private final StreamMeters meters = fixture.context.meters();

    @Test
    void viewersAreCountedByHowTheyEnd() {
        StreamFixture.Connection leaving = fixture.watch(fixture.earliest());
        fixture.watch(fixture.earliest());
        assertThat(meters.viewers()).isEqualTo(2);

        leaving.exchange().breakOff(new IOException("Reset by peer"));
        assertThat(ended(Ending.LEFT)).isEqualTo(1);

        fixture.publish(Samples.DONE);
        assertThat(ended(Ending.FINISHED)).isEqualTo(1);
        assertThat(meters.viewers()).isZero();
        assertThat(meters.opened().sum()).isEqualTo(2);
    }

    @Test
    void aDeletedTaskEndsItsViewers() {
        fixture.watch(fixture.earliest());
        fixture.log.delete(TASK);
        fixture.executor.runAll();
        assertThat(ended(Ending.DELETED)).isEqualTo(1);
    }

    @Test
    void aStalledViewerIsCountedAsOne() {
        StreamFixture.Connection stalled = fixture.watch(fixture.earliest());
        stalled.out().setReady(false);
        fixture.publish("1");
        fixture.pass(StreamFixture.STALL.plusSeconds(2));
        assertThat(ended(Ending.STALLED)).isEqualTo(1);
    }

    @Test
    void writesAreCounted() {
        StreamFixture.Connection viewer = fixture.watch(fixture.earliest());
        viewer.take();
        fixture.append("1");
        fixture.append("2");
        fixture.executor.runAll();
        assertThat(meters.events().sum()).isEqualTo(2);
        assertThat(meters.bytes().sum()).isEqualTo(viewer.take().length());
        assertThat(meters.eventsPerWrite().counts()).startsWith(0, 1);
    }

    @Test
    void delayFromAppendToWriteIsMeasured() {
        fixture.watch(fixture.earliest());
        fixture.append("1");
        fixture.ticker.advance(Duration.ofMillis(7));
        fixture.append("2");
        fixture.executor.runAll();
        assertThat(Arrays.stream(meters.lag().counts()).sum()).isEqualTo(1);
        assertThat(meters.lag().sum()).isBetween(6_999_999L, 7_000_001L);
    }

    @Test
    void heartbeatsAreCounted() {
        fixture.watch(fixture.earliest());
        fixture.pass(Duration.ofSeconds(61));
        assertThat(meters.heartbeats().sum()).isEqualTo(2);
    }

    @Test
    void lossesAreCounted() {
        fixture.publishNumbers(1, 5);
        StreamFixture.Connection late = fixture.watch(fixture.earliest());
        assertThat(meters.trimmed().sum()).isEqualTo(1);

        late.out().setReady(false);
        fixture.publish("6");
        fixture.publishNumbers(7, 12);
        late.out().setReady(true);
        fixture.executor.runAll();
        assertThat(meters.lags().sum()).isEqualTo(1);
        assertThat(meters.dropped().sum()).isPositive();
    }

    @Test
    void catchingUpIsMeasuredOnce() {
        fixture.publish("1");
        fixture.watch(fixture.earliest());
        fixture.publish("2");
        assertThat(Arrays.stream(meters.resume().counts()).sum()).isEqualTo(1);
    }

    private long ended(Ending ending) {
        return requireNonNull(meters.ended().get(ending)).sum();
    }
}
