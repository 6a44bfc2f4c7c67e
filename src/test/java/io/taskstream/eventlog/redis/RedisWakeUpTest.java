package io.taskstream.eventlog.redis;

import static io.taskstream.testing.Stages.await;
import static io.taskstream.testing.Stages.join;
import static org.assertj.core.api.Assertions.assertThat;

import io.taskstream.eventlog.EventLog;
import io.taskstream.task.Task;
import io.taskstream.task.TaskId;
import io.taskstream.testing.Events;
import io.taskstream.testing.FollowingViewer;
import io.taskstream.testing.RedisCluster;
import io.taskstream.testing.RedisEngines;
import io.taskstream.testing.RedisServer;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Notifications alone wake readers: the polling interval is hours. */
@Tag("redis")
final class RedisWakeUpTest {

    private static final RedisConfig.Timeouts NO_LOOK =
            new RedisConfig.Timeouts(Duration.ofSeconds(2), Duration.ofSeconds(2), Duration.ofHours(1));

    @Test
    void aMessageWakesTheOtherServer() {
        try (var server = new RedisServer()) {
            assertWakes(new RedisConfig.Server(List.of(server.uri()), false, "taskstream:", 0));
        }
    }

    @Test
    void aMessageWakesTheOtherServerFromEachNodeOfACluster() {
        try (var cluster = new RedisCluster()) {
            assertWakes(new RedisConfig.Server(List.of(cluster.uri()), true, "taskstream:", 0));
        }
    }

    @Test
    void deploymentsWithOtherPrefixesOfKeysDoNotMeet() {
        try (var server = new RedisServer();
                var engines = new RedisEngines();
                EventLog here = engines.open(server.uri());
                EventLog there = engines.open(
                        new RedisConfig.Server(List.of(server.uri()), false, "other:", 0), RedisEngines.RETENTION)) {
            assertWakes(new TaskId("task"), here, here);
            assertThat(there.find(new TaskId("task"))).isEmpty();
            assertWakes(new TaskId("task"), there, there);
            assertThat(here.find(new TaskId("task")).orElseThrow().events()).isEqualTo(2);
            assertThat(there.delete(new TaskId("task"))).isTrue();
            assertThat(here.find(new TaskId("task"))).isPresent();
        }
    }

    private static void assertWakes(RedisConfig.Server place) {
        try (var engines = new RedisEngines();
                EventLog near = engines.open(place, RedisEngines.RETENTION, NO_LOOK);
                EventLog far = engines.open(place, RedisEngines.RETENTION, NO_LOOK)) {
            IntStream.range(0, 20).forEach(i -> assertWakes(new TaskId("task" + i), near, far));
        }
    }

    private static void assertWakes(TaskId task, EventLog near, EventLog far) {
        near.create(Task.open(task, null, Map.of(), Instant.EPOCH));
        try (var viewer = new FollowingViewer(far, task)) {
            join(near.append(task, Events.batch("1")));
            await("seen", () -> viewer.lines().contains("data: 1"));
            join(near.append(task, Events.batch("2")));
            await("seen", () -> viewer.lines().contains("data: 2"));
        }
    }
}
