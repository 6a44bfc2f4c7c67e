package io.taskstream.stream;

import static io.taskstream.stream.StreamFixture.COMMENT;
import static io.taskstream.stream.StreamFixture.HEARTBEAT;
import static io.taskstream.stream.StreamFixture.STALL;
import static io.taskstream.stream.StreamFixture.TASK;
import static io.taskstream.stream.StreamFixture.frame;
import static io.taskstream.stream.StreamFixture.frames;
import static org.assertj.core.api.Assertions.assertThat;

import io.taskstream.stream.StreamFixture.Connection;
import io.taskstream.testing.FakeOutput;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** When a connection gets heartbeats, and what happens to a viewer that has left. */
class ViewerHeartbeatTest {

    private final StreamFixture fixture = new StreamFixture();
    private Connection viewer = fixture.connect(fixture.options(fixture.earliest()));

    @AfterEach
    void nothingWasDoneThatServletForbids() {
        assertThat(viewer.out().violations()).isEmpty();
    }

    @Test
    void anIdleViewerGetsAHeartbeatEvery30SecondsAndOneSecondLateAtMost() {
        viewer = fixture.watch(fixture.earliest());
        viewer.take();
        fixture.pass(Duration.ofMillis(29_500));
        for (int i = 0; i < 20; i++) {
            assertThat(viewer.take()).isEmpty();
            fixture.pass(Duration.ofSeconds(1));
            assertThat(viewer.take()).as("heartbeat %d", i).isEqualTo(COMMENT);
            fixture.pass(Duration.ofSeconds(29));
        }
    }

    @Test
    void aViewerThatHasLeftIsNoticedByItsFirstHeartbeat() {
        viewer = fixture.watch(fixture.earliest());
        FakeOutput out = viewer.out();
        // The first write to a connection whose other end is gone succeeds; the reset that answers it fails the next.
        out.afterWrite(() -> out.failWith(new IOException("Broken pipe")));
        fixture.pass(HEARTBEAT.plusSeconds(1));
        assertThat(fixture.streams.viewers(TASK)).isZero();
        assertThat(viewer.exchange().isCompleted()).isTrue();
    }

    @Test
    void anEventThatComesWithinAHeartbeatFollowsIt() {
        viewer = fixture.watch(fixture.earliest());
        viewer.take();
        fixture.pass(HEARTBEAT);
        assertThat(viewer.out().text()).isEqualTo(": heartbeat\n");
        fixture.publish("1");
        assertThat(viewer.take()).isEqualTo(COMMENT + frame(1, "1"));
        fixture.pass(HEARTBEAT.minusMillis(500));
        assertThat(viewer.take()).isEmpty();
    }

    @Test
    void aHeartbeatThatBlocksHalfWayIsFinishedFirstWhenTheConnectionTakesBytes() {
        viewer = fixture.watch(fixture.earliest());
        viewer.take();
        viewer.out().afterWrite(() -> viewer.out().setReady(false));
        fixture.pass(HEARTBEAT.plusSeconds(20));
        viewer.out().afterWrite(() -> {});
        fixture.publish("1");
        assertThat(viewer.out().text()).isEqualTo(": heartbeat\n");
        viewer.out().setReady(true);
        assertThat(viewer.take()).isEqualTo(COMMENT + frame(1, "1"));
    }

    @Test
    void aStreamThatEndsWithinAHeartbeatEndsBehindIt() {
        viewer = fixture.watch(fixture.earliest());
        viewer.take();
        fixture.pass(HEARTBEAT);
        viewer.sink().close("access withdrawn");
        assertThat(viewer.take()).isEqualTo(COMMENT + ": access withdrawn\n\n");
        assertThat(viewer.exchange().isCompleted()).isTrue();
    }

    @Test
    void anyWritePutsTheHeartbeatOff() {
        viewer = fixture.watch(fixture.earliest());
        viewer.take();
        fixture.pass(Duration.ofSeconds(29));
        fixture.publish("1");
        viewer.take();
        fixture.pass(Duration.ofMillis(29_500));
        assertThat(viewer.take()).isEmpty();
        fixture.pass(Duration.ofSeconds(1));
        assertThat(viewer.take()).isEqualTo(COMMENT);
    }

    @Test
    void underSteadyEventsThereIsNoHeartbeat() {
        viewer = fixture.watch(fixture.earliest());
        for (int i = 1; i <= 70; i++) {
            fixture.pass(Duration.ofSeconds(1));
            fixture.publish(Integer.toString(i));
        }
        assertThat(viewer.take()).isEqualTo("retry: 2500\n\n" + frames(1, 70));
    }

    @Test
    void latenessOfSweepsDoesNotAddUp() {
        viewer = fixture.watch(fixture.earliest());
        viewer.take();
        for (int i = 0; i < 100; i++) {
            fixture.ticker.advance(Duration.ofMillis(30_300));
            fixture.scheduler.tick();
        }
        // 3,030 s have passed, and a heartbeat was due 101 times.
        assertThat(viewer.take().length() / COMMENT.length()).isBetween(98, 101);
    }

    @Test
    void afterALongPauseHeartbeatsAreNotCaughtUpInABurst() {
        viewer = fixture.watch(fixture.earliest());
        viewer.take();
        fixture.ticker.advance(Duration.ofMinutes(20));
        fixture.scheduler.tick();
        fixture.pass(Duration.ofSeconds(29));
        assertThat(viewer.take()).isEqualTo(COMMENT);
        fixture.pass(Duration.ofSeconds(2));
        assertThat(viewer.take()).isEqualTo(COMMENT);
    }

    @Test
    void aHeartbeatMayBeAnEventAndComeAtAnotherInterval() {
        viewer = fixture.watch(new ViewerOptions(fixture.earliest(), Duration.ofSeconds(5), true, STALL));
        viewer.take();
        fixture.pass(Duration.ofSeconds(6));
        assertThat(viewer.take()).isEqualTo("event: heartbeat\ndata: {}\n\n");
    }

    @Test
    void noHeartbeatIsQueuedBehindEventsOfABlockedViewer() {
        viewer = fixture.watch(fixture.earliest());
        viewer.take();
        viewer.out().setReady(false);
        fixture.publish("1");
        fixture.pass(Duration.ofSeconds(45));
        viewer.out().setReady(true);
        assertThat(viewer.take()).isEqualTo(frame(1, "1"));
    }
}
