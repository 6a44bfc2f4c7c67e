package io.taskstream.eventlog.redis;

import static io.taskstream.testing.LogAssertions.assertAllThere;
import static io.taskstream.testing.LogAssertions.assertSawAll;
import static io.taskstream.testing.Stages.await;

import io.taskstream.eventlog.EventLog;
import io.taskstream.task.Task;
import io.taskstream.task.TaskId;
import io.taskstream.testing.FollowingViewer;
import io.taskstream.testing.Publisher;
import io.taskstream.testing.RedisCluster;
import io.taskstream.testing.RedisEngines;
import io.taskstream.testing.RedisSentinel;
import io.taskstream.testing.RedisServer;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * A primary hangs, so that its connections are neither closed nor answered, and another takes its place. Publishers and viewers
 * continue there, also when the old primary continues. What was not replicated may be lost, but then the loss is reported.
 */
@Tag("redis")
final class RedisHungPrimaryTest {

    private static final TaskId TASK = new TaskId("task");

    private final RedisEngines engines = new RedisEngines();

    @AfterEach
    void stop() {
        engines.close();
    }

    @Test
    void whatASentinelMakesThePrimaryIsUsed() {
        try (var redis = new RedisSentinel(2)) {
            assertGoesOn(new RedisConfig.Server(List.of(redis.uri()), false, "taskstream:", 1), redis.primary());
        }
    }

    @Test
    void whatAClusterMakesTheMasterIsUsed() {
        try (var redis = new RedisCluster(1, 1_000)) {
            assertGoesOn(
                    new RedisConfig.Server(List.of(redis.uri()), true, "taskstream:", 0),
                    redis.master("taskstream:{task}"));
        }
    }

    private void assertGoesOn(RedisConfig.Server place, RedisServer primary) {
        try (EventLog log = engines.open(place, RedisEngines.RETENTION)) {
            log.create(Task.open(TASK, null, Map.of(), Instant.EPOCH));
            String epoch = epoch(log);
            try (var viewer = new FollowingViewer(log, TASK);
                    var publisher = new Publisher(log, TASK)) {
                publisher.awaitMore(50);
                primary.signal("STOP");
                publisher.awaitMore(50);
                primary.signal("CONT");
                await("it follows now", () -> primary.cli("info", "replication").contains("role:slave"));
                publisher.awaitMore(50);
                publisher.finish();
                await("it answers", () -> log.trouble().isEmpty());
                if (place.replicas() == 0 && !epoch(log).equals(epoch)) {
                    await("told", viewer::isGone);
                    return;
                }
                assertAllThere(log, publisher);
                assertSawAll(log, viewer);
            }
        }
    }

    private static String epoch(EventLog log) {
        return log.find(TASK).orElseThrow().last().epoch();
    }
}
