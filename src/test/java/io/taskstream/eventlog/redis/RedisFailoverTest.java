package io.taskstream.eventlog.redis;

import static io.taskstream.testing.Stages.await;
import static io.taskstream.testing.Stages.join;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taskstream.eventlog.Batch;
import io.taskstream.eventlog.EventLog;
import io.taskstream.eventlog.EventLogException;
import io.taskstream.eventlog.EventLogException.UploadRefused;
import io.taskstream.eventlog.UploadChange;
import io.taskstream.eventlog.UploadChange.Advance;
import io.taskstream.eventlog.UploadChange.Begin;
import io.taskstream.eventlog.UploadChange.Claim;
import io.taskstream.task.Task;
import io.taskstream.task.TaskId;
import io.taskstream.testing.Events;
import io.taskstream.testing.FollowingViewer;
import io.taskstream.testing.Publisher;
import io.taskstream.testing.RedisEngines;
import io.taskstream.testing.RedisSentinel;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The primary fails, and a replica takes its place. */
@Tag("redis")
final class RedisFailoverTest {

    private static final TaskId TASK = new TaskId("task");

    private RedisSentinel redis;
    private RedisEngines engines;

    @BeforeEach
    void start() {
        redis = new RedisSentinel();
        engines = new RedisEngines();
    }

    @AfterEach
    void stop() {
        engines.close();
        redis.close();
    }

    private EventLog open(int replicas) {
        EventLog log = engines.open(
                new RedisConfig.Server(List.of(redis.uri()), false, "taskstream:", replicas), RedisEngines.RETENTION);
        log.create(Task.open(TASK, null, Map.of(), Instant.EPOCH));
        return log;
    }

    @Test
    void whatAReplicaHadWhenItWasAcknowledgedIsThereAfterwards() {
        try (EventLog log = open(1);
                var viewer = new FollowingViewer(log, TASK);
                var publisher = new Publisher(log, TASK)) {
            publisher.awaitMore(50);
            redis.primary().kill();
            publisher.finish();
            List<Publisher.Acknowledged> acknowledged = publisher.acknowledged();
            await("the replica serves", () -> answers(log));
            assertThat(acknowledged)
                    .allSatisfy(each -> assertThat(data(log, each.sequence())).isEqualTo("" + each.number()));
            long last = log.find(TASK).orElseThrow().last().sequence();
            await("seen", () -> viewer.lines().size() == 2 * last);
            assertThat(viewer.isGone()).isFalse();
        }
    }

    @Test
    void withoutEnoughReplicasNothingIsAcknowledged() {
        try (EventLog log = open(1)) {
            join(log.append(TASK, Events.batch("1")));
            redis.replica().signal("STOP");
            assertThatThrownBy(() -> join(log.append(TASK, Events.batch("2"))))
                    .isInstanceOf(EventLogException.Unavailable.class);
            redis.replica().signal("CONT");
            await("it is acknowledged", () -> acknowledges(log, "3"));
            assertThat(log.history(TASK, 0, 10))
                    .extracting(event -> new String(event.data(), UTF_8))
                    .containsSubsequence("1", "2", "3");
        }
    }

    @Test
    void whatWasLostIsNotTakenForWhatFollows() {
        try (EventLog log = open(0);
                var viewer = new FollowingViewer(log, TASK)) {
            join(log.append(TASK, Events.batch("1")));
            await(
                    "replicated",
                    () -> redis.replica()
                            .cli("hget", "taskstream:{task}", "last")
                            .equals("1"));
            redis.replica().signal("STOP");
            redis.primary().cli("client", "kill", "type", "replica");
            String epoch = join(log.append(TASK, Events.batch("2", "3"))).last().epoch();
            await("seen", () -> viewer.lines().contains("data: 3"));
            redis.primary().kill();
            redis.replica().signal("CONT");
            // Either a fetch sees the log without its end, or it sees what was appended over that.
            await("told", viewer::isGone);
            await(
                    "another epoch",
                    () -> answers(log)
                            && !log.find(TASK).orElseThrow().last().epoch().equals(epoch));
        }
    }

    @Test
    void anUploadIsNotToldAnOffsetThatNoReplicaHas() {
        try (EventLog log = open(1)) {
            change(log, new Begin("u", "text/plain"));
            change(log, new Claim("u", -1));
            redis.replica().signal("STOP");
            assertThatThrownBy(() -> change(log, new Advance("u", 1, 7, 8, false)))
                    .isInstanceOf(EventLogException.Unavailable.class);
            redis.replica().signal("CONT");
        }
    }

    @Test
    void anUploadThatLostAcknowledgedBytesIsTold() {
        try (EventLog log = open(0)) {
            change(log, new Begin("u", "text/plain"));
            change(log, new Claim("u", -1));
            change(log, new Advance("u", 1, 0, 1, false), "1");
            await(
                    "replicated",
                    () -> redis.replica()
                            .cli("hget", "taskstream:{task}", "last")
                            .equals("1"));
            redis.replica().signal("STOP");
            redis.primary().cli("client", "kill", "type", "replica");
            change(log, new Advance("u", 1, 1, 2, false), "2");
            redis.primary().kill();
            redis.replica().signal("CONT");
            // The server looks by itself, or when it is asked.
            await("lost", () -> isLost(log));
            assertThat(log.find(TASK).orElseThrow().uploads()).isEmpty();
        }
    }

    private static void change(EventLog log, UploadChange change, String... json) {
        join(log.append(TASK, Batch.of(Events.of(json), change, null)));
    }

    private static boolean isLost(EventLog log) {
        try {
            change(log, new Advance("u", 1, 2, 3, false), "3");
            throw new AssertionError("The bytes before are lost");
        } catch (EventLogException.Unavailable e) {
            return false;
        } catch (UploadRefused e) {
            assertThat(e.reason()).isEqualTo(UploadRefused.Reason.LOST);
            return true;
        }
    }

    private static boolean answers(EventLog log) {
        try {
            return log.find(TASK).isPresent();
        } catch (EventLogException.Unavailable e) {
            return false;
        }
    }

    private static boolean acknowledges(EventLog log, String event) {
        try {
            return join(log.append(TASK, Events.batch(event))).count() == 1;
        } catch (EventLogException.Unavailable e) {
            return false;
        }
    }

    private static String data(EventLog log, long sequence) {
        return log.history(TASK, sequence - 1, 1).stream()
                .map(event -> new String(event.data(), UTF_8))
                .findFirst()
                .orElse("nothing");
    }
}
