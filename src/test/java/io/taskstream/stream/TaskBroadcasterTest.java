package io.taskstream.stream;

import static io.taskstream.stream.StreamFixture.STALL;
import static io.taskstream.stream.StreamFixture.TASK;
import static io.taskstream.stream.StreamFixture.frame;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.taskstream.stream.StreamFixture.Connection;
import io.taskstream.testing.ForeignSink;
import io.taskstream.testing.Samples;
import jakarta.ws.rs.sse.OutboundSseEvent;
import jakarta.ws.rs.sse.SseEventSink;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Each sentence of the Javadoc of {@code SseBroadcaster}. */
class TaskBroadcasterTest {

    private final StreamFixture fixture = new StreamFixture();
    private final AtomicInteger timesEmpty = new AtomicInteger();
    private final TaskBroadcaster broadcaster =
            new TaskBroadcaster(TASK, fixture.context, it -> timesEmpty.incrementAndGet());
    private final List<SseEventSink> closed = new ArrayList<>();
    private final List<Throwable> errors = new ArrayList<>();

    TaskBroadcasterTest() {
        broadcaster.start();
        broadcaster.onClose(closed::add);
        broadcaster.onError((sink, error) -> errors.add(error));
    }

    @Test
    void broadcastSendsToAllThatAreRegisteredOursAndForeign() {
        Connection ours = register();
        var foreign = new ForeignSink();
        broadcaster.register(foreign);
        OutboundSseEvent event = new ForeignViewer.Event(null, null, null, "hello");
        assertThat(broadcaster.broadcast(event).toCompletableFuture()).isCompleted();
        fixture.executor.runAll();
        assertThat(ours.take()).isEqualTo(frame(1, "\"hello\""));
        assertThat(foreign.data()).containsExactly("\"hello\"");
    }

    @Test
    void broadcastRefusesEventsThatTheLogCanNotKeep() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> broadcaster.broadcast(new ForeignViewer.Event(null, "name", null, "x")));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> broadcaster.broadcast(new ForeignViewer.Event(null, null, "comment", null)));
    }

    @Test
    void onErrorHearsOfASinkThatCouldNotBeWrittenTo() {
        Connection viewer = register();
        viewer.out().failWith(new IOException("Broken pipe"));
        fixture.publish("1");
        assertThat(errors).singleElement().isInstanceOf(IOException.class);
        assertThat(closed).containsExactly(viewer.sink());
        assertThat(broadcaster.viewers()).isEmpty();
    }

    @Test
    void onErrorHearsOfASinkThatCouldNotBeClosed() {
        var bad = new ForeignSink();
        bad.throwOnClose(new IllegalStateException("No"));
        var good = new ForeignSink();
        broadcaster.register(bad);
        broadcaster.register(good);
        broadcaster.close();
        assertThat(errors).singleElement().isInstanceOf(IllegalStateException.class);
        assertThat(good.isClosed()).isTrue();
        assertThat(closed).containsExactlyInAnyOrder(bad, good);
    }

    @Test
    void onCloseHearsOfASinkThatWasClosedAlready() {
        var sink = new ForeignSink();
        broadcaster.register(sink);
        sink.disconnect();
        fixture.publish("1");
        assertThat(closed).containsExactly(sink);
        assertThat(errors).isEmpty();
    }

    @Test
    void onCloseHearsOfASinkThatTheServerClosed() {
        Connection viewer = register();
        viewer.sink().close();
        assertThat(closed).containsExactly(viewer.sink());
        assertThat(errors).isEmpty();
    }

    @Test
    void aListenerThatThrowsHarmsNoViewer() {
        broadcaster.onClose(sink -> {
            throw new IllegalStateException("This listener fails");
        });
        broadcaster.onError((sink, error) -> {
            throw new IllegalStateException("This listener fails");
        });
        Connection broken = register();
        Connection sound = register();
        broken.out().failWith(new IOException("Broken pipe"));
        fixture.publish("1");
        assertThat(broken.exchange().isCompleted()).isTrue();
        assertThat(sound.take()).isEqualTo(frame(1, "1"));
        broadcaster.close();
        assertThat(sound.exchange().isCompleted()).isTrue();
    }

    @Test
    void closeClosesAllSinksAndTellsOnceOfEach() {
        Connection first = register();
        var second = new ForeignSink();
        broadcaster.register(second);
        broadcaster.close();
        assertThat(first.exchange().isCompleted()).isTrue();
        assertThat(second.isClosed()).isTrue();
        assertThat(closed).containsExactlyInAnyOrder(first.sink(), second);
        assertThat(errors).isEmpty();
        assertThat(timesEmpty).hasValue(1);
    }

    @Test
    void closeThatDoesNotCascadeLeavesTheSinksOpen() {
        Connection first = register();
        var second = new ForeignSink();
        broadcaster.register(second);
        broadcaster.close(false);
        fixture.publish("1");
        fixture.pass(STALL.plusSeconds(5));
        assertThat(first.exchange().isCompleted()).isFalse();
        assertThat(first.sink().isClosed()).isFalse();
        assertThat(first.out().text()).isEmpty();
        assertThat(second.isClosed()).isFalse();
        assertThat(second.sent()).isEmpty();
        assertThat(closed).isEmpty();

        first.sink().send(new ForeignViewer.Event(null, null, null, "still there"));
        assertThat(first.take()).isEqualTo("data: still there\n\n");
    }

    @Test
    void closingAgainHasNoEffect() {
        register();
        broadcaster.close();
        broadcaster.close();
        broadcaster.close(false);
        assertThat(closed).hasSize(1);
        assertThat(timesEmpty).hasValue(1);
    }

    @Test
    void onceClosedEveryOtherMethodThrows() {
        broadcaster.close();
        assertThatIllegalStateException().isThrownBy(() -> broadcaster.register(new ForeignSink()));
        assertThatIllegalStateException().isThrownBy(() -> broadcaster.onClose(sink -> {}));
        assertThatIllegalStateException().isThrownBy(() -> broadcaster.onError((sink, error) -> {}));
        assertThatIllegalStateException()
                .isThrownBy(() -> broadcaster.broadcast(new ForeignViewer.Event(null, null, null, "x")));
    }

    @Test
    void listenersHearOfAViewerThatLeavesOnceWhateverElseHappens() {
        Connection viewer = register();
        viewer.exchange().breakOff(new IOException("Reset by peer"));
        broadcaster.close();
        assertThat(closed).containsExactly(viewer.sink());
    }

    @Test
    void listenersHearOfASinkThatIsClosedWhenItIsRegistered() {
        Connection viewer = fixture.connect(fixture.options(fixture.earliest()));
        viewer.sink().open(2500);
        viewer.sink().close();
        broadcaster.register(viewer.sink());
        assertThat(closed).containsExactly(viewer.sink());
        assertThat(broadcaster.viewers()).isEmpty();
    }

    /** A sink that is registered while the broadcaster closes is refused, or closed and reported to listeners. */
    @Test
    void registeringMayRaceWithClosing() throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(2);
        try {
            for (int round = 0; round < 2_000; round++) {
                var racing = new TaskBroadcaster(TASK, fixture.context, it -> {});
                var told = new AtomicInteger();
                racing.onClose(sink -> told.incrementAndGet());
                var sink = new ForeignSink();
                Callable<Boolean> registration = () -> {
                    try {
                        racing.register(sink);
                        return true;
                    } catch (IllegalStateException e) {
                        return false;
                    }
                };
                Future<Boolean> registered = pool.submit(registration);
                pool.submit(() -> racing.close()).get(10, TimeUnit.SECONDS);
                boolean isIn = registered.get(10, TimeUnit.SECONDS);
                assertThat(sink.isClosed()).as("round %d", round).isEqualTo(isIn);
                assertThat(told).hasValue(isIn ? 1 : 0);
                assertThat(racing.viewers()).isEmpty();
            }
        } finally {
            pool.shutdownNow();
        }
    }

    @Test
    void aTerminalEventEndsTheStreamsAndTheBroadcasterIsEmpty() {
        Connection viewer = register();
        fixture.publish(Samples.DONE);
        assertThat(viewer.exchange().isCompleted()).isTrue();
        assertThat(closed).containsExactly(viewer.sink());
        assertThat(timesEmpty).hasValue(1);
    }

    private Connection register() {
        Connection viewer = fixture.connect(fixture.options(fixture.latest()));
        broadcaster.register(viewer.sink());
        viewer.sink().open(2500);
        fixture.executor.runAll();
        viewer.take();
        return viewer;
    }

    @Test
    void aViewerWhosePassThrowsAnErrorIsEndedAndTheOthersAreServed() {
        Connection broken = register();
        Connection sound = register();
        var brokenForeign = new ForeignSink();
        var soundForeign = new ForeignSink();
        broadcaster.register(brokenForeign);
        broadcaster.register(soundForeign);
        broken.out().afterWrite(() -> {
            throw new LinkageError("This viewer fails");
        });
        brokenForeign.throwOnSend(new LinkageError("This viewer fails"));
        fixture.publish("1");
        fixture.publish("2");
        assertThat(broken.exchange().isCompleted()).isTrue();
        assertThat(sound.take()).isEqualTo(frame(1, "1") + frame(2, "2"));
        assertThat(soundForeign.data()).containsExactly("1", "2");
        assertThat(closed).containsExactlyInAnyOrder(broken.sink(), brokenForeign);
        assertThat(errors).hasSize(2).hasOnlyElementsOfType(LinkageError.class);
    }

    @Test
    void aListenerThatThrowsAnErrorHarmsNoViewer() {
        broadcaster.onClose(sink -> {
            throw new LinkageError("This listener fails");
        });
        Connection first = register();
        Connection second = register();
        broadcaster.close();
        assertThat(first.exchange().isCompleted()).isTrue();
        assertThat(second.exchange().isCompleted()).isTrue();
    }
}
