package io.taskstream.eventlog.redis;

import static io.taskstream.testing.LogAssertions.assertAllThere;
import static io.taskstream.testing.LogAssertions.assertSawAll;
import static io.taskstream.testing.Stages.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.taskstream.testing.FollowingViewer;
import io.taskstream.testing.Publisher;
import io.taskstream.testing.RedisEngines;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Redis or the network neither answers nor closes a connection. Events are refused in a bounded time and never acknowledged.
 * After the recovery everything continues without a loss.
 */
@Tag("redis")
final class RedisSilenceTest extends TwoServersFixture {

    /** How long Redis is silent; for the long form set half a minute. */
    private static final Duration SILENCE = Duration.ofSeconds(Integer.getInteger("redis.silence.seconds", 8));

    /** Two attempts to append, and twice the time of a busy machine. */
    private static final Duration LONGEST_REFUSAL =
            RedisEngines.TIMES.append().plus(RedisEngines.TIMES.command()).multipliedBy(2);

    @Test
    void connectionsThatTheNetworkHasForgottenAreMadeAnew() {
        try (var viewer = new FollowingViewer(far, TASK);
                var publisher = new Publisher(far, TASK)) {
            publisher.awaitMore(20);
            network.swallow();
            network.mend();
            publisher.awaitMore(20);
            publisher.finish();
            assertAllThere(near, publisher);
            assertSawAll(near, viewer);
        }
    }

    @Test
    void aRedisThatHangsIsSatOut() {
        assertIsSatOut(() -> server.signal("STOP"), () -> server.signal("CONT"));
    }

    @Test
    void aRedisThatPausesItsClientsIsSatOut() {
        String millis = Long.toString(SILENCE.plus(LONGEST_REFUSAL).toMillis());
        assertIsSatOut(() -> server.cli("client", "pause", millis, "all"), () -> {});
    }

    private void assertIsSatOut(Runnable silence, Runnable end) {
        try (var viewer = new FollowingViewer(near, TASK);
                var publisher = new Publisher(near, TASK)) {
            publisher.awaitMore(20);
            silence.run();
            assertNothingIsAcknowledged(publisher);
            end.run();
            publisher.awaitMore(20);
            publisher.finish();
            assertAllThere(near, publisher);
            assertSawAll(near, viewer);
        }
    }

    @Test
    void aNetworkThatSwallowsWhatIsSentIsSatOut() {
        try (var viewer = new FollowingViewer(far, TASK);
                var publisher = new Publisher(far, TASK)) {
            publisher.awaitMore(20);
            network.swallow();
            assertNothingIsAcknowledged(publisher);
            assertThat(near.trouble()).isEmpty();
            network.mend();
            publisher.awaitMore(20);
            publisher.finish();
            await("it answers", () -> far.trouble().isEmpty());
            assertAllThere(near, publisher);
            assertSawAll(near, viewer);
        }
    }

    /** Returns after the silence, or shortly before its end. */
    private static void assertNothingIsAcknowledged(Publisher publisher) {
        long start = System.nanoTime();
        publisher.awaitRefusal();
        int before = publisher.acknowledged().size();
        while (System.nanoTime() - start < SILENCE.toNanos()) {
            long asked = System.nanoTime();
            publisher.awaitRefusal();
            assertThat(Duration.ofNanos(System.nanoTime() - asked)).isLessThan(LONGEST_REFUSAL);
        }
        assertThat(publisher.acknowledged()).hasSize(before);
    }
}
