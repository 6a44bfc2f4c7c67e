package io.taskstream.stream;

import static io.taskstream.stream.StreamFixture.COMMENT;
import static io.taskstream.stream.StreamFixture.HEARTBEAT;
import static io.taskstream.stream.StreamFixture.STALL;
import static io.taskstream.stream.StreamFixture.TASK;
import static io.taskstream.stream.StreamFixture.frame;
import static io.taskstream.stream.StreamFixture.frames;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.taskstream.stream.StreamFixture.Connection;
import io.taskstream.testing.FakeExchange;
import io.taskstream.testing.FakeOutput;
import io.taskstream.testing.ManualExecutor;
import io.taskstream.testing.Samples;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A sink that is served by its broadcaster. */
class ResponseEventSinkTest {

    private final StreamFixture fixture = new StreamFixture();
    private Connection viewer = fixture.connect(fixture.options(fixture.earliest()));

    @AfterEach
    void nothingWasDoneThatServletForbids() {
        assertThat(viewer.out().violations()).isEmpty();
    }

    @Test
    void theRetryLineComesFirstAndThenHistoryAndThenLiveEvents() {
        fixture.publish("1", "2");
        viewer = fixture.watch(fixture.earliest());
        assertThat(viewer.take()).isEqualTo("retry: 2500\n\n" + frames(1, 2));
        fixture.publish("3");
        assertThat(viewer.take()).isEqualTo(frame(3, "3"));
    }

    @Test
    void theRetryLineComesAtOnceThoughThereIsNoEvent() {
        viewer = fixture.watch(fixture.earliest());
        assertThat(viewer.out().text()).isEqualTo("retry: 2500\n\n");
        assertThat(viewer.out().flushes()).isEqualTo(1);
    }

    @Test
    void nothingIsWrittenBeforeTheContainerCallsBack() {
        var container = new ManualExecutor();
        var exchange = new FakeExchange(new FakeOutput(container));
        viewer = new Connection(exchange, fixture.sink(exchange, fixture.options(fixture.earliest())));
        fixture.publish("1");
        fixture.streams.register(TASK, viewer.sink());
        fixture.publish("2");
        viewer.sink().open(2500);
        fixture.publish("3");
        fixture.pass(HEARTBEAT.plusSeconds(2));
        assertThat(viewer.out().text()).isEmpty();

        container.runAll();
        assertThat(viewer.take()).isEqualTo("retry: 2500\n\n" + frames(1, 3));
    }

    @Test
    void onePassIsFlushedOnce() {
        viewer = fixture.watch(fixture.earliest());
        int flushes = viewer.out().flushes();
        int writes = viewer.out().writes();
        viewer.take();
        fixture.publishNumbers(1, 100);
        assertThat(viewer.take()).isEqualTo(frames(1, 100));
        assertThat(viewer.out().flushes()).isEqualTo(flushes + 1);
        assertThat(viewer.out().writes()).isLessThan(writes + 5);
    }

    @Test
    void itStopsWhenTheOutputIsNotReadyAndGoesOnWhenTheContainerSaysSo() {
        viewer = fixture.watch(fixture.earliest());
        viewer.take();
        viewer.out().setReady(false);
        fixture.publishNumbers(1, 3);
        fixture.publishNumbers(4, 5);
        assertThat(viewer.out().text()).isEmpty();

        viewer.out().setReady(true);
        assertThat(viewer.take()).isEqualTo(frames(1, 5));
        fixture.publish("6");
        assertThat(viewer.take()).isEqualTo(frame(6, "6"));
    }

    @Test
    void aWriteAfterWhichTheOutputBlocksIsFlushedLater() {
        viewer = fixture.watch(fixture.earliest());
        int flushes = viewer.out().flushes();
        viewer.out().afterWrite(() -> viewer.out().setReady(false));
        fixture.publish("1");
        assertThat(viewer.out().flushes()).isEqualTo(flushes);
        viewer.out().setReady(true);
        assertThat(viewer.out().flushes()).isEqualTo(flushes + 1);
    }

    @Test
    void aLargeBacklogIsWrittenInRunsThatLetOtherViewersIn() {
        String big = "\"" + "x".repeat(60_000) + "\"";
        for (int i = 0; i < 20; i++) {
            fixture.append(big);
        }
        viewer = fixture.connect(fixture.options(fixture.earliest()));
        fixture.streams.register(TASK, viewer.sink());
        viewer.sink().open(2500);
        assertThat(viewer.out().text().length()).isBetween(200_000, 400_000);
        fixture.executor.runAll();
        assertThat(viewer.out().text().length()).isGreaterThan(1_200_000);
    }

    @Test
    void aLargeEventDoesNotLieInTheContainersQueueAndNothingComesInBetween() {
        String big = "\"" + "x".repeat(1_000_000) + "\"";
        viewer = fixture.watch(fixture.earliest());
        viewer.take();
        viewer.out().afterWrite(() -> viewer.out().setReady(false));
        fixture.publish(big);
        assertThat(viewer.out().text().length()).isLessThan(40_000);
        fixture.pass(HEARTBEAT.plusSeconds(1));
        viewer.sink().send(new ForeignViewer.Event(null, null, null, "between"));
        while (viewer.out().text().length() < big.length()) {
            viewer.out().setReady(true);
        }
        viewer.out().afterWrite(() -> {});
        viewer.out().setReady(true);
        assertThat(viewer.take()).startsWith(frame(1, big)).doesNotContain(COMMENT);
    }

    @Test
    void theStreamEndsBehindTheTerminalEvent() {
        viewer = fixture.watch(fixture.earliest());
        viewer.take();
        fixture.publish("1", Samples.DONE);
        assertThat(viewer.take()).isEqualTo(frame(1, "1") + frame(2, Samples.DONE));
        assertThat(viewer.exchange().isCompleted()).isTrue();
        assertThat(viewer.sink().isClosed()).isTrue();
        assertThat(fixture.streams.viewers(TASK)).isZero();
    }

    @Test
    void aFinishedTaskIsReplayedAndEnds() {
        fixture.publish("1", Samples.DONE);
        viewer = fixture.watch(fixture.earliest());
        assertThat(viewer.take()).isEqualTo("retry: 2500\n\n" + frame(1, "1") + frame(2, Samples.DONE));
        assertThat(viewer.exchange().isCompleted()).isTrue();
    }

    @Test
    void theStreamOfATaskThatIsDeletedEnds() {
        viewer = fixture.watch(fixture.earliest());
        fixture.log.delete(TASK);
        fixture.executor.runAll();
        assertThat(viewer.exchange().isCompleted()).isTrue();
        assertThat(fixture.streams.viewers(TASK)).isZero();
    }

    @Test
    void aStreamOfATaskThatIsGoneEndsAtOnce() {
        fixture.log.delete(TASK);
        viewer = fixture.watch(StartPosition.UNKNOWN);
        assertThat(viewer.take()).isEqualTo("retry: 2500\n\n");
        assertThat(viewer.exchange().isCompleted()).isTrue();
        assertThat(fixture.streams.viewers(TASK)).isZero();
    }

    @Test
    void aViewerThatTakesNoByteForTheStallTimeIsDisconnected() {
        viewer = fixture.watch(fixture.earliest());
        fixture.pass(Duration.ofSeconds(10));
        viewer.out().setReady(false);
        fixture.publish("1");
        fixture.pass(STALL.minusSeconds(1));
        assertThat(viewer.exchange().isCompleted()).isFalse();
        fixture.pass(Duration.ofSeconds(2));
        assertThat(viewer.exchange().isCompleted()).isTrue();
        assertThat(fixture.streams.viewers(TASK)).isZero();
    }

    @Test
    void aViewerThatReadsABitAndStopsAgainHasTheWholeStallTimeFromThen() {
        viewer = fixture.watch(fixture.earliest());
        viewer.out().setReady(false);
        fixture.publish("1");
        fixture.pass(STALL.minusSeconds(5));
        viewer.out().afterWrite(() -> viewer.out().setReady(false));
        viewer.out().setReady(true);
        fixture.pass(STALL.minusSeconds(2));
        assertThat(viewer.exchange().isCompleted()).isFalse();
        fixture.pass(Duration.ofSeconds(3));
        assertThat(viewer.exchange().isCompleted()).isTrue();
    }

    @Test
    void aViewerThatStallsOnAHeartbeatIsDisconnectedToo() {
        viewer = fixture.watch(fixture.earliest());
        viewer.out().afterWrite(() -> viewer.out().setReady(false));
        fixture.pass(HEARTBEAT.plus(STALL).plusSeconds(1));
        assertThat(viewer.exchange().isCompleted()).isTrue();
    }

    @Test
    void aStalledViewerOfATaskThatIsDeletedIsDisconnectedAfterTheStallTime() {
        viewer = fixture.watch(fixture.earliest());
        viewer.out().setReady(false);
        fixture.publish("1");
        fixture.log.delete(TASK);
        fixture.executor.runAll();
        assertThat(viewer.exchange().isCompleted()).isFalse();
        fixture.pass(STALL.plusSeconds(1));
        assertThat(viewer.exchange().isCompleted()).isTrue();
    }

    @Test
    void aViewerThatTheContainerNeverCallsBackIsDisconnected() {
        var exchange = new FakeExchange(new FakeOutput(new ManualExecutor()));
        viewer = new Connection(exchange, fixture.sink(exchange, fixture.options(fixture.earliest())));
        fixture.streams.register(TASK, viewer.sink());
        viewer.sink().open(2500);
        fixture.pass(STALL.plusSeconds(1));
        assertThat(exchange.isCompleted()).isTrue();
        assertThat(viewer.out().text()).isEmpty();
    }

    @Test
    void aWriteThatFailsEndsTheViewer() {
        viewer = fixture.watch(fixture.earliest());
        viewer.out().failWith(new IOException("Broken pipe"));
        fixture.publish("1");
        assertThat(viewer.exchange().isCompleted()).isTrue();
        assertThat(fixture.streams.viewers(TASK)).isZero();
    }

    @Test
    void aHeartbeatThatFailsEndsTheViewer() {
        viewer = fixture.watch(fixture.earliest());
        viewer.out().failWith(new IOException("Broken pipe"));
        fixture.pass(HEARTBEAT);
        assertThat(viewer.exchange().isCompleted()).isTrue();
        assertThat(fixture.streams.viewers(TASK)).isZero();
    }

    @Test
    void anErrorThatTheContainerReportsEndsTheViewer() {
        viewer = fixture.watch(fixture.earliest());
        viewer.exchange().breakOff(new IOException("Reset by peer"));
        assertThat(viewer.exchange().isCompleted()).isTrue();
        assertThat(fixture.streams.viewers(TASK)).isZero();
    }

    @Test
    void closeEndsTheStreamAfterTheEventsThatWereSent() {
        viewer.sink().open(2500);
        viewer.take();
        viewer.out().setReady(false);
        CompletionStage<?> sent = viewer.sink().send(new ForeignViewer.Event("7", "n", "c", "a\nb"));
        viewer.sink().close();
        assertThat(viewer.sink().isClosed()).isTrue();
        assertThat(sent.toCompletableFuture()).isNotDone();
        assertThat(viewer.exchange().isCompleted()).isFalse();

        viewer.out().setReady(true);
        assertThat(viewer.take()).isEqualTo(": c\nevent: n\nid: 7\ndata: a\ndata: b\n\n");
        assertThat(sent.toCompletableFuture()).isCompleted();
        assertThat(viewer.exchange().isCompleted()).isTrue();
    }

    @Test
    void closingAgainHasNoEffectAndSendingFails() {
        viewer.sink().open(2500);
        viewer.sink().close();
        viewer.sink().close();
        assertThat(viewer.exchange().isCompleted()).isTrue();
        assertThatIllegalStateException()
                .isThrownBy(() -> viewer.sink().send(new ForeignViewer.Event(null, null, null, "x")));
    }

    @Test
    void theStageOfAnEventThatCouldNotBeSentFails() {
        viewer.sink().open(2500);
        viewer.out().setReady(false);
        CompletableFuture<?> sent = viewer.sink()
                .send(new ForeignViewer.Event(null, null, null, "x"))
                .toCompletableFuture();
        viewer.sink().onError(new IOException("Reset by peer"));
        assertThat(sent).isCompletedExceptionally();
        assertThat(viewer.exchange().isCompleted()).isTrue();
    }

    @Test
    void noFieldOfAnEventCanForgeAnother() {
        viewer.sink().open(2500);
        for (String evil : new String[] {"a\nb", "a\rb", "a\r\nid: 9", "a\0b"}) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> viewer.sink().send(new ForeignViewer.Event(evil, null, null, "x")));
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> viewer.sink().send(new ForeignViewer.Event(null, evil, null, "x")));
        }
        viewer.take();
        viewer.sink().send(new ForeignViewer.Event(null, null, "a\rid: 9", "x\rid: 9"));
        assertThat(viewer.take()).isEqualTo(": a\n: id: 9\ndata: x\ndata: id: 9\n\n");
    }
}
