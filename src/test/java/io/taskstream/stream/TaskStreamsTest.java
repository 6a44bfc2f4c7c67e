package io.taskstream.stream;

import static io.taskstream.stream.StreamFixture.TASK;
import static io.taskstream.stream.StreamFixture.frame;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taskstream.eventlog.EventLogException;
import io.taskstream.stream.StreamFixture.Connection;
import io.taskstream.task.TaskId;
import io.taskstream.testing.FailingLog;
import io.taskstream.testing.ForeignSink;
import io.taskstream.testing.Samples;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class TaskStreamsTest {

    private final StreamFixture fixture = new StreamFixture();

    @Test
    void countsTheViewersOfATask() {
        assertThat(fixture.streams.viewers(TASK)).isZero();
        Connection first = fixture.watch(fixture.earliest());
        Connection second = fixture.watch(fixture.earliest());
        assertThat(fixture.streams.viewers(TASK)).isEqualTo(2);
        assertThat(fixture.streams.viewers(new TaskId("other"))).isZero();
        first.sink().close();
        assertThat(fixture.streams.viewers(TASK)).isEqualTo(1);
        second.sink().close();
        assertThat(fixture.streams.viewers(TASK)).isZero();
    }

    @Test
    void aTaskThatIsWatchedAgainIsServedAgain() {
        fixture.watch(fixture.earliest()).sink().close();
        Connection again = fixture.watch(fixture.earliest());
        fixture.publish("1");
        assertThat(again.take()).endsWith(frame(1, "1"));
    }

    @Test
    void aViewerWhoseAccessExpiresLeavesWithTheNextSweep() {
        for (Duration life : List.of(Duration.ofSeconds(-5), Duration.ZERO, Duration.ofSeconds(1))) {
            Connection viewer = fixture.watch(new ViewerOptions(
                    fixture.earliest(), StreamFixture.HEARTBEAT, false, StreamFixture.STALL, false, life));
            fixture.pass(Duration.ofSeconds(2));
            assertThat(viewer.take()).as("life %s", life).endsWith(": access expired\n\n");
        }
        assertThat(fixture.streams.viewers(TASK)).isZero();
    }

    @Test
    void aViewerThatTakesNothingWhenItsAccessExpiresLearnsItOnce() {
        Connection viewer = fixture.watch(new ViewerOptions(
                fixture.earliest(), StreamFixture.HEARTBEAT, false, StreamFixture.STALL, false, Duration.ofSeconds(1)));
        viewer.take();
        viewer.out().setReady(false);
        fixture.pass(Duration.ofSeconds(10));
        assertThat(viewer.sink().isClosed()).isTrue();
        fixture.publish("1");
        viewer.sink().close("access withdrawn");
        viewer.out().setReady(true);
        fixture.executor.runAll();
        assertThat(viewer.take()).isEqualTo(": access expired\n\n");
        assertThat(fixture.streams.viewers(TASK)).isZero();
    }

    @Test
    void viewersOfOneTaskGetNothingOfAnother() {
        fixture.log.create(Samples.task("other"));
        Connection viewer = fixture.watch(fixture.earliest());
        viewer.take();
        fixture.log.append(new TaskId("other"), Samples.batch("1"));
        fixture.executor.runAll();
        assertThat(viewer.take()).isEmpty();
    }

    @Test
    void closingEndsAllStreams() {
        List<Connection> viewers = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            TaskId task = new TaskId("t" + i);
            fixture.log.create(Samples.task(task.value()));
            Connection viewer = fixture.connect(fixture.options(fixture.earliest()));
            fixture.streams.register(task, viewer.sink());
            viewer.sink().open(2500);
            viewers.add(viewer);
        }
        fixture.streams.close();
        assertThat(viewers)
                .allSatisfy(
                        viewer -> assertThat(viewer.exchange().isCompleted()).isTrue());
    }

    @Test
    void aDeletedTaskHasNoBroadcasterThoughAViewerCameAtTheLastMoment() {
        var sink = new ForeignSink();
        fixture.log.delete(TASK);
        fixture.streams.register(TASK, sink);
        fixture.executor.runAll();
        assertThat(sink.isClosed()).isTrue();
        assertThat(fixture.streams.viewers(TASK)).isZero();
    }

    @Test
    void ifTheLogCanNotBeWatchedAllViewersAreClosedAndTheNextIsServed() {
        var failing = new FailingLog(fixture.log);
        var streams = fixture.streamsOf(failing);
        var refused = new ForeignSink();
        var meanwhile = new ForeignSink();
        failing.refuseNextWatch(() -> streams.register(TASK, meanwhile));
        assertThatThrownBy(() -> streams.register(TASK, refused)).isInstanceOf(EventLogException.Unavailable.class);
        fixture.executor.runAll();
        assertThat(meanwhile.isClosed()).isTrue();
        assertThat(streams.viewers(TASK)).isZero();
        assertThat(streams.meters().viewers()).isZero();

        var next = new ForeignSink();
        streams.register(TASK, next);
        fixture.publish("1");
        assertThat(next.data()).containsExactly("1");
        assertThat(streams.viewers(TASK)).isEqualTo(1);
        assertThat(streams.meters().viewers()).isEqualTo(1);
    }

    /** A sink that is registered while the task is deleted is closed in the end, whichever of the two comes later. */
    @Test
    void registeringMayRaceWithDeleting() throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(3);
        var context = new StreamContext(
                fixture.log,
                new FanOut(pool, 1),
                fixture.heartbeats,
                fixture.ticker,
                InstantSource.system(),
                Samples.READER,
                StreamFixture.HEARTBEAT);
        var streams = new TaskStreams(context);
        try {
            for (int round = 0; round < 1_000; round++) {
                TaskId task = new TaskId("r" + round);
                fixture.log.create(Samples.task(task.value()));
                var early = new ForeignSink();
                var late = new ForeignSink();
                streams.register(task, early);
                Future<?> registered = pool.submit(() -> streams.register(task, late));
                Future<?> deleted = pool.submit(() -> fixture.log.delete(task));
                registered.get(10, TimeUnit.SECONDS);
                deleted.get(10, TimeUnit.SECONDS);
                for (int i = 0; i < 10_000 && !(early.isClosed() && late.isClosed()); i++) {
                    pool.submit(() -> {}).get(10, TimeUnit.SECONDS);
                }
                assertThat(early.isClosed())
                        .as("round %d, the one before", round)
                        .isTrue();
                assertThat(late.isClosed())
                        .as("round %d, the one meanwhile", round)
                        .isTrue();
            }
        } finally {
            pool.shutdownNow();
        }
    }
}
