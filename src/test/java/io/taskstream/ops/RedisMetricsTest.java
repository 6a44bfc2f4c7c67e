package io.taskstream.ops;

import static io.taskstream.testing.Stages.await;
import static io.taskstream.testing.Stages.join;
import static org.assertj.core.api.Assertions.assertThat;

import io.taskstream.eventlog.EventLog;
import io.taskstream.eventlog.ManagedEventLog;
import io.taskstream.eventlog.redis.RedisConfig;
import io.taskstream.metrics.LogMeters;
import io.taskstream.metrics.Metrics;
import io.taskstream.metrics.StreamMeters;
import io.taskstream.task.TaskId;
import io.taskstream.testing.ManualTicker;
import io.taskstream.testing.RedisEngines;
import io.taskstream.testing.RedisServer;
import io.taskstream.testing.Samples;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The metrics of the redis engine. */
@Tag("redis")
class RedisMetricsTest {

    private static final TaskId TASK = new TaskId("t");

    private final LogMeters meters = LogMeters.create();
    private RedisServer server;
    private RedisEngines engines;
    private EventLog log;
    private Metrics metrics;

    @BeforeEach
    void start() {
        server = new RedisServer();
        engines = new RedisEngines();
        EventLog engine = engines.open(
                new RedisConfig.Server(List.of(server.uri()), false, "taskstream:", 0),
                RedisEngines.RETENTION,
                RedisEngines.TIMES,
                meters.syncs());
        log = new ManagedEventLog(engine, meters, new ManualTicker()::nanos);
        metrics = new Metrics(
                StreamMeters.create(), meters, log::usage, () -> log.trouble().isEmpty());
        log.create(Samples.task(TASK.value()));
    }

    @AfterEach
    void stop() {
        log.close();
        engines.close();
        server.close();
    }

    private boolean shows(String line) {
        return metrics.scrape("text/plain").lines().anyMatch(line::equals);
    }

    @Test
    void appendsAndWhatRedisTakesForThemAreMeasured() {
        join(log.append(TASK, Samples.batch("1", "22")));
        join(log.append(TASK, Samples.batch("3")));
        assertThat(metrics.scrape("text/plain").lines())
                .contains(
                        "taskstream_events_received_total 3.0",
                        "taskstream_append_seconds_count 2",
                        "taskstream_log_sync_seconds_count 2");
        assertThat(meters.syncs().sum()).isPositive();
    }

    @Test
    void tasksAreCountedButNotByStatusNorTheirBytes() {
        log.create(Samples.task("another"));
        await("counted", () -> shows("taskstream_log_tasks 2.0"));
        assertThat(metrics.scrape("text/plain").lines())
                .contains("taskstream_tasks{status=\"open\"} NaN", "taskstream_log_bytes NaN");
    }

    @Test
    void whetherRedisAnswersIsShown() {
        await("counted", () -> shows("taskstream_log_tasks 1.0"));
        assertThat(shows("taskstream_log_available 1.0")).isTrue();
        server.kill();
        await("away", () -> shows("taskstream_log_available 0.0") && shows("taskstream_log_tasks NaN"));
        server.start();
        await("there again", () -> shows("taskstream_log_available 1.0"));
    }
}
