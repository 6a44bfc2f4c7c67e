package io.taskstream.eventlog.redis;

import static io.taskstream.testing.LogAssertions.assertAllThere;
import static io.taskstream.testing.LogAssertions.assertSawAll;
import static io.taskstream.testing.Stages.await;
import static io.taskstream.testing.Stages.join;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taskstream.eventlog.Appended;
import io.taskstream.eventlog.EventId;
import io.taskstream.eventlog.EventLog;
import io.taskstream.eventlog.EventLogException;
import io.taskstream.eventlog.TaskQuery;
import io.taskstream.task.Task;
import io.taskstream.task.TaskId;
import io.taskstream.testing.Events;
import io.taskstream.testing.FollowingViewer;
import io.taskstream.testing.Publisher;
import io.taskstream.testing.RecordingWatcher;
import io.taskstream.testing.RedisEngines;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Redis or the network fails. Acknowledged events are in the log once. Others are refused in a bounded time. Viewers that stay
 * get everything in order, once, after the recovery.
 */
@Tag("redis")
final class RedisFaultsTest extends TwoServersFixture {

    @Test
    void anAppendWhoseAnswerIsLostIsAppendedOnce() {
        join(far.append(TASK, Events.batch("1")));
        network.loseAnswers();
        CompletionStage<Appended> second = far.append(TASK, Events.batch("2", "3"));
        await("it is in the log", () -> last() == 3);
        network.mend();
        assertThat(join(second).last().sequence()).isEqualTo(3);
        assertThat(join(far.append(TASK, Events.batch("4"))).last().sequence()).isEqualTo(4);
        assertThat(data()).containsExactly("1", "2", "3", "4");
    }

    /** Appends are tried for two seconds here. */
    @Test
    void aBatchThatWaitsBehindACallIsRefusedBeforeOneThatComesMuchLater() throws InterruptedException {
        server.signal("STOP");
        CompletableFuture<Appended> first = near.append(TASK, Events.batch("1")).toCompletableFuture();
        CompletableFuture<Appended> second =
                near.append(TASK, Events.batch("2")).toCompletableFuture();
        // Nothing tells that time has passed.
        TimeUnit.MILLISECONDS.sleep(RedisEngines.TIMES.append().toMillis() * 49 / 50);
        CompletableFuture<Appended> third = near.append(TASK, Events.batch("3")).toCompletableFuture();
        await("the second is refused", second::isDone);
        assertThat(third).isNotDone();
        await("all are refused", () -> first.isDone() && third.isDone());
        server.signal("CONT");
    }

    @Test
    void whileTheNetworkIsCutAppendsAreRefusedAndViewersCatchUpAfterwards() {
        try (var viewer = new FollowingViewer(far, TASK);
                var publisher = new Publisher(far, TASK)) {
            publisher.awaitMore(20);
            network.cut();
            publisher.awaitRefusal();
            IntStream.range(0, 50).forEach(i -> join(near.append(TASK, Events.batch("\"near\""))));
            await("trouble", () -> far.trouble().isPresent());
            assertThat(near.trouble()).isEmpty();
            network.mend();
            publisher.awaitMore(20);
            publisher.finish();
            assertThat(far.trouble()).isEmpty();
            assertAllThere(near, publisher);
            assertSawAll(near, viewer);
        }
    }

    @Test
    void aRestartLosesNothingThatWasAcknowledged() {
        try (var viewer = new FollowingViewer(near, TASK);
                var publisher = new Publisher(near, TASK)) {
            publisher.awaitMore(20);
            server.kill();
            server.start();
            publisher.awaitMore(20);
            publisher.finish();
            assertAllThere(near, publisher);
            assertSawAll(near, viewer);
        }
    }

    @Test
    void whileRedisDoesNotAnswerNobodyWaitsForIt() {
        server.signal("STOP");
        await("trouble", () -> near.trouble().isPresent());
        List<ThrowingCallable> calls = List.of(
                () -> near.find(TASK),
                () -> near.history(TASK, 0, 1),
                () -> near.list(new TaskQuery(null, Map.of(), 1, null)),
                () -> near.watch(TASK, new RecordingWatcher()),
                () -> near.create(Task.open(TASK, null, Map.of(), Instant.EPOCH)),
                () -> near.delete(TASK));
        assertThat(calls)
                .allSatisfy(call -> assertThatThrownBy(call)
                        .isInstanceOf(EventLogException.Unavailable.class)
                        .hasMessage("Redis does not answer"));
        server.signal("CONT");
        await("it answers", () -> near.trouble().isEmpty());
        assertThat(near.find(TASK)).isPresent();
    }

    /** Redis serves clients that wait for replicas one after the other; reads continue meanwhile. */
    @Test
    void whileReplicasAreMissingAppendsAreRefusedAndReadsAreServed() {
        List<TaskId> tasks =
                IntStream.range(0, 8).mapToObj(i -> new TaskId("task" + i)).toList();
        var place = new RedisConfig.Server(List.of(server.uri()), false, "taskstream:", 1);
        try (EventLog careful = engines.open(place, RedisEngines.RETENTION)) {
            tasks.forEach(task -> near.create(Task.open(task, null, Map.of(), Instant.EPOCH)));
            List<CompletableFuture<Appended>> appends = tasks.stream()
                    .map(task -> careful.append(task, Events.batch("1")).toCompletableFuture())
                    .toList();
            while (!appends.stream().allMatch(CompletableFuture::isDone)) {
                assertThat(careful.trouble()).isEmpty();
                assertThat(careful.find(TASK)).isPresent();
                Thread.onSpinWait();
            }
            assertThat(appends)
                    .allSatisfy(append ->
                            assertThatThrownBy(() -> join(append)).isInstanceOf(EventLogException.Unavailable.class));
        }
    }

    @Test
    void aSlowNetworkRefusesNothing() {
        network.delay(100);
        try (var viewer = new FollowingViewer(far, TASK);
                var publisher = new Publisher(far, TASK)) {
            publisher.awaitMore(5);
            network.mend();
            publisher.finish();
            assertThat(publisher.refused()).isZero();
            assertAllThere(near, publisher);
            assertSawAll(near, viewer);
        }
    }

    @Test
    void aFullRedisRefusesAtOnceAndStillServes() {
        join(near.append(TASK, Events.batch("1")));
        server.cli("config", "set", "maxmemory", "1");
        assertThatThrownBy(() -> join(near.append(TASK, Events.batch("2"))))
                .isInstanceOf(EventLogException.Unavailable.class)
                .hasMessageContaining("OOM");
        assertThat(data()).containsExactly("1");
        server.cli("config", "set", "maxmemory", "0");
        assertThat(join(near.append(TASK, Events.batch("2"))).last().sequence()).isEqualTo(2);
    }

    @Test
    void lostMemoryEndsStreamsAndMakesAnotherEpoch() {
        EventId old = join(near.append(TASK, Events.batch("1", "2", "3"))).last();
        try (var viewer = new FollowingViewer(near, TASK)) {
            server.cli("flushall");
            await("told", viewer::isGone);
        }
        assertThatThrownBy(() -> join(near.append(TASK, Events.batch("4"))))
                .isInstanceOf(EventLogException.NoSuchTask.class);
        near.create(Task.open(TASK, null, Map.of(), Instant.EPOCH));
        assertThat(join(near.append(TASK, Events.batch("5"))).last().epoch()).isNotEqualTo(old.epoch());
    }

    @Test
    void aLogThatLostItsEndGetsAnotherEpoch() {
        EventId old = join(near.append(TASK, Events.batch("1", "2", "3"))).last();
        try (var viewer = new FollowingViewer(near, TASK)) {
            await("seen", () -> viewer.lines().contains("data: 3"));
            loseLast();
            await("told", viewer::isGone);
        }
        await("another epoch", () -> !epoch().equals(old.epoch()));
        assertThat(data()).containsExactly("1", "2");
    }

    @Test
    void whatIsAppendedOverALostEndIsNotTakenForIt() {
        EventId old = join(near.append(TASK, Events.batch("1", "2", "3"))).last();
        try (var viewer = new FollowingViewer(near, TASK)) {
            await("seen", () -> viewer.lines().contains("data: 3"));
            // In one step, so that the engine does not see the log without its end.
            server.cli("eval", """
                    local key = KEYS[1]
                    redis.call('DEL', key .. ':events')
                    for i = 1, 5 do redis.call('XADD', key .. ':events', i .. '-0', 't', '7', 'd', '"other"') end
                    redis.call('HSET', key, 'last', 5)
                    redis.call('SPUBLISH', key .. ':wake', redis.call('HGET', key, 'epoch') .. '-5')
                    """, "1", "taskstream:{task}");
            await("told", viewer::isGone);
            assertThat(viewer.lines()).doesNotContain("data: \"other\"");
        }
        await("another epoch", () -> !epoch().equals(old.epoch()));
    }

    @Test
    void aLostWakeUpCostsNoEvent() {
        try (var viewer = new FollowingViewer(near, TASK)) {
            server.cli("eval", """
                    redis.call('XADD', KEYS[1] .. ':events', '1-0', 't', '7', 'd', '"unheard"')
                    redis.call('HSET', KEYS[1], 'last', 1)
                    """, "1", "taskstream:{task}");
            await("seen", () -> viewer.lines().contains("data: \"unheard\""));
        }
    }

    @Test
    void nobodyIsSubscribedToWhatNobodyWatches() {
        try (var first = new FollowingViewer(near, TASK);
                var second = new FollowingViewer(near, TASK)) {
            await("subscribed", () -> subscribers() == 1);
            first.leave();
            join(near.append(TASK, Events.batch("1")));
            await("seen", () -> second.lines().contains("data: 1"));
            assertThat(subscribers()).isEqualTo(1);
        }
        await("unsubscribed", () -> subscribers() == 0);
    }

    @Test
    void whatManyWatchIsReadOnce() {
        List<FollowingViewer> viewers = IntStream.range(0, 50)
                .mapToObj(i -> new FollowingViewer(near, TASK))
                .toList();
        String large = '"' + "x".repeat(10_000) + '"';
        join(near.append(TASK, Events.batch(large)));
        viewers.forEach(viewer -> await("seen", () -> viewer.lines().contains("data: " + large)));
        long before = sentBytes();
        join(far.append(TASK, Events.batch(large, large)));
        viewers.forEach(viewer -> await("seen", () -> viewer.lines().size() == 6));
        assertThat(sentBytes() - before).isLessThan(3 * 2 * 10_000);
        viewers.forEach(FollowingViewer::close);
    }

    @Test
    void serversSeeWhatOthersDo() {
        try (var viewer = new FollowingViewer(far, TASK)) {
            join(near.append(TASK, Events.batch("1", Events.DONE)));
            await("seen", () -> viewer.lines().contains("data: " + Events.DONE));
            assertThatThrownBy(() -> join(far.append(TASK, Events.batch("2"))))
                    .isInstanceOf(EventLogException.TaskFinished.class);
            assertThat(near.delete(TASK)).isTrue();
            await("told", viewer::isGone);
            assertThat(far.find(TASK)).isEmpty();
        }
    }

    @Test
    void viewersAreCountedElsewhereUntilTheirServerIsGone() {
        near.countViewersBy(task -> 7);
        try (var viewer = new FollowingViewer(near, TASK)) {
            await("counted", () -> viewersElsewhere(far) == 7);
            assertThat(viewersElsewhere(near)).isZero();
            viewer.leave();
            await("left", () -> viewersElsewhere(far) == 0);
        }
        var dying = engines.open(server.uri());
        dying.countViewersBy(task -> 3);
        dying.watch(TASK, new RecordingWatcher());
        await("counted", () -> viewersElsewhere(far) == 3);
        dying.close();
        await("its lease is over", () -> viewersElsewhere(far) == 0);
    }

    private static int viewersElsewhere(EventLog log) {
        return log.find(TASK).orElseThrow().viewersElsewhere();
    }

    @Test
    void aServerThatStartsBeforeRedisIsUnavailableAndThenServes() {
        server.kill();
        try (EventLog early = engines.open(server.uri())) {
            assertThat(early.trouble()).isPresent();
            assertThatThrownBy(() -> early.find(TASK)).isInstanceOf(EventLogException.Unavailable.class);
            assertThatThrownBy(() -> join(early.read(TASK, 0, 1_000)))
                    .isInstanceOf(EventLogException.Unavailable.class);
            server.start();
            await("it answers", () -> early.trouble().isEmpty());
            assertThat(join(early.append(TASK, Events.batch("1"))).count()).isEqualTo(1);
        }
    }

    private long last() {
        return near.find(TASK).orElseThrow().last().sequence();
    }

    private String epoch() {
        return near.find(TASK).orElseThrow().last().epoch();
    }

    private List<String> data() {
        return near.history(TASK, 0, 1_000_000).stream()
                .map(event -> new String(event.data(), UTF_8))
                .toList();
    }

    private int subscribers() {
        String answer = server.cli("pubsub", "shardnumsub", "taskstream:{task}:wake");
        return Integer.parseInt(answer.lines().skip(1).findFirst().orElse("0"));
    }

    private long sentBytes() {
        return server.cli("info", "stats")
                .lines()
                .filter(line -> line.startsWith("total_net_output_bytes:"))
                .mapToLong(line ->
                        Long.parseLong(line.substring(line.indexOf(':') + 1).strip()))
                .sum();
    }

    private void loseLast() {
        server.cli(
                "eval",
                "redis.call('XDEL', KEYS[1] .. ':events', '3-0') redis.call('HSET', KEYS[1], 'last', 2)",
                "1",
                "taskstream:{task}");
    }
}
