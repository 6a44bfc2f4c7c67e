package io.taskstream.eventlog.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.embedded.EmbeddedChannel;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class ReplyTimeoutHandlerTest {

    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private final EmbeddedChannel connection = new EmbeddedChannel();

    ReplyTimeoutHandlerTest() {
        connection.freezeTime();
        connection.pipeline().addFirst(new RedisClients.ReplyTimeoutHandler(PATIENCE));
        connection.pipeline().fireChannelActive();
    }

    @AfterEach
    void close() {
        connection.finishAndReleaseAll();
    }

    private void passMillis(long millis) {
        connection.advanceTimeBy(millis, TimeUnit.MILLISECONDS);
        connection.runScheduledPendingTasks();
    }

    private void pass(int steps) {
        for (int i = 0; i < steps; i++) {
            passMillis(500);
        }
    }

    @Test
    void oneThatNobodyAsksStaysOpen() {
        pass(100);
        assertThat(connection.isOpen()).isTrue();
    }

    @Test
    void anAnswerMayTakeAsLongAsItIsWaitedFor() {
        passMillis(1_999);
        connection.writeOutbound("PING");
        pass(3);
        assertThat(connection.isOpen()).isTrue();
        connection.writeInbound("PONG");
        pass(100);
        assertThat(connection.isOpen()).isTrue();
    }

    @Test
    void oneThatDoesNotAnswerIsClosedThoughMoreIsAsked() {
        connection.writeOutbound("PING");
        pass(7);
        assertThat(connection.isOpen()).isTrue();
        connection.writeOutbound("PING");
        pass(1);
        assertThat(connection.isOpen()).isFalse();
    }

    @Test
    void oneThatAnswersInPiecesStaysOpen() {
        connection.writeOutbound("XRANGE");
        for (int i = 0; i < 100; i++) {
            pass(3);
            connection.writeInbound("a piece");
            connection.writeOutbound("XRANGE");
        }
        assertThat(connection.isOpen()).isTrue();
    }
}
