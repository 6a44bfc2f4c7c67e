package io.taskstream.eventlog.redis;

import static io.taskstream.testing.Stages.await;
import static io.taskstream.testing.Stages.join;
import static org.assertj.core.api.Assertions.assertThat;

import io.taskstream.eventlog.EventLog;
import io.taskstream.eventlog.EventLogException;
import io.taskstream.task.Task;
import io.taskstream.task.TaskId;
import io.taskstream.testing.Events;
import io.taskstream.testing.FollowingViewer;
import io.taskstream.testing.RedisCertificate;
import io.taskstream.testing.RedisCluster;
import io.taskstream.testing.RedisEngines;
import io.taskstream.testing.RedisSentinel;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Several Redis servers with TLS, to clients and among each other: the addresses that one reports are used with TLS. */
@Tag("redis")
final class RedisTlsTest {

    /** So many that each of three masters has some. */
    private static final int TASKS = 12;

    @TempDir
    private Path directory;

    private RedisCertificate certificate;
    private RedisEngines engines;

    @BeforeEach
    void start() {
        certificate = RedisCertificate.in(directory);
        engines = new RedisEngines();
    }

    @AfterEach
    void stop() {
        engines.close();
    }

    private EventLog open(String uri, boolean isCluster) {
        return engines.open(
                new RedisConfig.Server(List.of(uri), isCluster, "taskstream:", 0, certificate.certificate()),
                RedisEngines.RETENTION);
    }

    @Test
    void aClusterIsReachedByTlsOnAllItsNodes() {
        try (var cluster = new RedisCluster(certificate);
                EventLog near = open(cluster.uri(), true);
                EventLog far = open(cluster.uri(), true)) {
            for (int i = 0; i < TASKS; i++) {
                TaskId task = new TaskId("task-" + i);
                near.create(Task.open(task, null, Map.of(), Instant.EPOCH));
                try (var viewer = new FollowingViewer(far, task)) {
                    join(near.append(task, Events.batch("1")));
                    await("woken", () -> viewer.lines().contains("data: 1"));
                }
            }
        }
    }

    @Test
    void aPrimaryThatSentinelNamesIsReachedByTlsAndSoIsTheNext() {
        TaskId task = new TaskId("task");
        try (var redis = new RedisSentinel(1, certificate);
                EventLog log = open(redis.uri(), false)) {
            log.create(Task.open(task, null, Map.of(), Instant.EPOCH));
            join(log.append(task, Events.batch("1")));
            await(
                    "replicated",
                    () -> redis.replica()
                            .cli("hget", "taskstream:{task}", "last")
                            .equals("1"));
            redis.primary().kill();
            await("the replica takes events", () -> isAppended(log, task));
            assertThat(log.history(task, 0, 10)).hasSizeGreaterThanOrEqualTo(2);
        }
    }

    private static boolean isAppended(EventLog log, TaskId task) {
        try {
            return join(log.append(task, Events.batch("2"))).count() == 1;
        } catch (EventLogException.Unavailable e) {
            return false;
        }
    }
}
