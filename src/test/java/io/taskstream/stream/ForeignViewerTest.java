package io.taskstream.stream;

import static io.taskstream.stream.StreamFixture.EPOCH;
import static io.taskstream.stream.StreamFixture.TASK;
import static org.assertj.core.api.Assertions.assertThat;

import io.taskstream.testing.ForeignSink;
import io.taskstream.testing.Samples;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.sse.OutboundSseEvent;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** A sink of another JAX-RS implementation. */
class ForeignViewerTest {

    private final StreamFixture fixture = new StreamFixture(5);
    private final ForeignSink sink = new ForeignSink();

    @Test
    void getsEventsFromNowOnInOrder() {
        fixture.publishNumbers(1, 2);
        register();
        fixture.publishNumbers(3, 5);
        assertThat(sink.data()).containsExactly("3", "4", "5");
        assertThat(sink.sent().get(0).getId()).isEqualTo(EPOCH + "-3");
        assertThat(sink.sent().get(0).getName()).isNull();
    }

    @Test
    void anEventHasTheFormThatJaxRsWants() {
        register();
        fixture.publish("{\n\"a\": 1}");
        OutboundSseEvent event = sink.sent().get(0);
        assertThat(event.getData()).isEqualTo("{\n\"a\": 1}");
        assertThat(event.getType()).isEqualTo(String.class);
        assertThat(event.getGenericType()).isEqualTo(String.class);
        assertThat(event.getMediaType()).isEqualTo(MediaType.TEXT_PLAIN_TYPE);
        assertThat(event.isReconnectDelaySet()).isFalse();
        assertThat(event.getReconnectDelay()).isEqualTo(-1);
    }

    @Test
    void getsTheNextEventOnlyWhenTheOneBeforeHasBeenSent() {
        sink.slow();
        register();
        fixture.publishNumbers(1, 3);
        assertThat(sink.data()).containsExactly("1");
        assertThat(sink.inFlight()).isEqualTo(1);
        sink.finishOne();
        assertThat(sink.data()).containsExactly("1", "2");
        fixture.publishNumbers(4, 4);
        assertThat(sink.inFlight()).isEqualTo(1);
        sink.finishOne();
        sink.finishOne();
        sink.finishOne();
        assertThat(sink.data()).containsExactly("1", "2", "3", "4");
        assertThat(sink.inFlight()).isZero();
    }

    @Test
    void aSlowOneGetsALagForTheEventsItMissed() {
        sink.slow();
        register();
        fixture.publishNumbers(1, 1);
        fixture.publishNumbers(2, 20);
        while (sink.inFlight() > 0) {
            sink.finishOne();
        }
        assertThat(sink.data())
                .containsExactly("1", "dropped 14 events due to slow consumer", "16", "17", "18", "19", "20");
        assertThat(sink.sent().get(1).getName()).isEqualTo("lag");
        assertThat(sink.sent().get(1).getId()).isNull();
    }

    @Test
    void aSendThatFailsRemovesIt() {
        sink.slow();
        register();
        fixture.publish("1");
        sink.failOne(new IOException("Reset by peer"));
        fixture.publish("2");
        assertThat(sink.data()).containsExactly("1");
        assertThat(fixture.streams.viewers(TASK)).isZero();
    }

    @Test
    void aSendThatThrowsRemovesIt() {
        register();
        sink.throwOnSend(new IllegalStateException("Closed"));
        fixture.publish("1");
        assertThat(fixture.streams.viewers(TASK)).isZero();
    }

    @Test
    void oneThatIsClosedIsRemovedWithTheNextEvent() {
        register();
        sink.disconnect();
        fixture.publish("1");
        assertThat(sink.sent()).isEmpty();
        assertThat(fixture.streams.viewers(TASK)).isZero();
    }

    @Test
    void oneThatIsClosedIsRemovedWithTheNextHeartbeat() {
        register();
        sink.disconnect();
        fixture.pass(Duration.ofSeconds(31));
        assertThat(fixture.streams.viewers(TASK)).isZero();
    }

    @Test
    void isClosedBehindTheTerminalEvent() {
        register();
        fixture.publish("1", Samples.DONE);
        assertThat(sink.data()).containsExactly("1", Samples.DONE);
        assertThat(sink.isClosed()).isTrue();
        assertThat(fixture.streams.viewers(TASK)).isZero();
    }

    @Test
    void isClosedWhenTheTaskIsDeleted() {
        register();
        fixture.log.delete(TASK);
        fixture.executor.runAll();
        assertThat(sink.isClosed()).isTrue();
    }

    @Test
    void oneThatThrowsWhenItIsClosedIsRemovedAllTheSame() {
        register();
        sink.throwOnClose(new IllegalStateException("No"));
        fixture.publish(Samples.DONE);
        assertThat(fixture.streams.viewers(TASK)).isZero();
    }

    @Test
    void getsAHeartbeatAsAComment() {
        register();
        fixture.pass(Duration.ofSeconds(30));
        assertThat(sink.sent()).singleElement().satisfies(event -> {
            assertThat(event.getComment()).isEqualTo("heartbeat");
            assertThat(event.getData()).isNull();
        });
        fixture.pass(Duration.ofSeconds(61));
        assertThat(sink.sent()).hasSize(3);
    }

    @Test
    void aHeartbeatThatCameDueDuringASendDoesNotFollowIt() {
        sink.slow();
        register();
        fixture.publish("1");
        fixture.pass(Duration.ofSeconds(31));
        sink.finishOne();
        assertThat(sink.data()).containsExactly("1");
        fixture.pass(Duration.ofSeconds(29));
        assertThat(sink.sent()).hasSize(1);
        fixture.pass(Duration.ofSeconds(2));
        assertThat(sink.sent()).hasSize(2);
    }

    private void register() {
        fixture.streams.register(TASK, sink);
        fixture.executor.runAll();
    }
}
