package io.taskstream.eventlog.redis;

import static io.taskstream.testing.Stages.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.taskstream.eventlog.Appended;
import io.taskstream.eventlog.EventLog;
import io.taskstream.task.Task;
import io.taskstream.task.TaskId;
import io.taskstream.testing.Events;
import io.taskstream.testing.RecordingWatcher;
import io.taskstream.testing.RedisEngines;
import io.taskstream.testing.RedisServer;
import io.taskstream.testing.TcpProxy;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The number of viewers that a task has on other servers. */
@Tag("redis")
final class RedisViewersTest {

    private static final TaskId TASK = new TaskId("task");

    private RedisServer server;
    private RedisEngines engines;
    private EventLog near;

    @BeforeEach
    void start() {
        server = new RedisServer();
        engines = new RedisEngines();
        near = engines.open(server.uri());
        near.create(Task.open(TASK, null, Map.of(), Instant.EPOCH));
    }

    @AfterEach
    void stop() {
        near.close();
        engines.close();
        server.close();
    }

    private int elsewhere() {
        return near.find(TASK).orElseThrow().viewersElsewhere();
    }

    @Test
    void theViewersOfAServerThatIsCutOffAreForgotten() {
        try (var network = new TcpProxy(server.port());
                EventLog far = engines.open(network.uri())) {
            far.countViewersBy(task -> 3);
            far.watch(TASK, new RecordingWatcher());
            await("counted", () -> elsewhere() == 3);
            network.cut();
            await("its lease is over", () -> elsewhere() == 0);
            network.mend();
            await("counted again", () -> elsewhere() == 3);
        }
    }

    @Test
    void viewersAreToldWhileAppendsWaitForReplicas() {
        var patient = new RedisConfig.Timeouts(Duration.ofSeconds(20), Duration.ofSeconds(20), Duration.ofMillis(200));
        var place = new RedisConfig.Server(List.of(server.uri()), false, "taskstream:", 1);
        try (EventLog far = engines.open(place, RedisEngines.RETENTION, patient)) {
            CompletableFuture<Appended> append =
                    far.append(TASK, Events.batch("1")).toCompletableFuture();
            far.countViewersBy(task -> 3);
            far.watch(TASK, new RecordingWatcher());
            await("counted", () -> elsewhere() == 3);
            assertThat(append).isNotDone();
        }
    }
}
