package io.taskstream.http.resource;

import static io.taskstream.testing.Samples.NOON;
import static io.taskstream.testing.Samples.READER;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taskstream.access.Grant;
import io.taskstream.access.LimitException;
import io.taskstream.access.Permissions;
import io.taskstream.access.Tickets;
import io.taskstream.access.limit.ByteBudget;
import io.taskstream.access.limit.EventRates;
import io.taskstream.access.limit.OpenTasks;
import io.taskstream.eventlog.Publishers;
import io.taskstream.eventlog.memory.MemoryBounds;
import io.taskstream.eventlog.memory.MemoryEventLog;
import io.taskstream.http.Caller;
import io.taskstream.http.body.BoundedBody;
import io.taskstream.http.body.PeriodicChecks;
import io.taskstream.metrics.StreamMeters;
import io.taskstream.stream.FanOut;
import io.taskstream.stream.Heartbeats;
import io.taskstream.stream.StreamContext;
import io.taskstream.stream.TaskStreams;
import io.taskstream.testing.FakeAsyncResponse;
import io.taskstream.testing.FakeRequest;
import io.taskstream.testing.ManualExecutor;
import io.taskstream.testing.ManualScheduler;
import io.taskstream.testing.ManualTicker;
import io.taskstream.testing.Samples;
import io.taskstream.testing.SettableTime;
import jakarta.ws.rs.core.Response;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;

class TasksResourceTest {

    private final MemoryEventLog log =
            new MemoryEventLog(new MemoryBounds(100, 1 << 20, 10), InstantSource.fixed(NOON), () -> 0L);
    private final SettableTime time = new SettableTime();
    private final ManualTicker ticker = new ManualTicker();
    private final ManualScheduler scheduler = new ManualScheduler();
    private final Caller ann = new Caller(new Grant("ann", "a", Permissions.ALL, Instant.MAX), "192.0.2.1");

    @Test
    void whoHasAsManyTasksAsTheyMayIsStillAnsweredThoseThatAreThere() {
        TasksResource tasks = resource();
        assertThat(put(tasks, "mine")).isEqualTo(201);
        log.create(Samples.task("other"));
        assertThat(put(tasks, "other")).isEqualTo(200);
        assertThatThrownBy(() -> put(tasks, "new")).isInstanceOf(LimitException.class);
    }

    private int put(TasksResource tasks, String id) {
        var response = new FakeAsyncResponse();
        tasks.createIfAbsent(id, "application/json", ann, FakeRequest.with("{}"), response);
        return response.answer() instanceof Response answer ? answer.getStatus() : 0;
    }

    private TasksResource resource() {
        var streams = new TaskStreams(new StreamContext(
                log,
                new FanOut(Runnable::run, 1),
                new Heartbeats(scheduler, ticker),
                ticker,
                InstantSource.system(),
                READER,
                Duration.ofMinutes(1),
                StreamMeters.create()));
        var body = new BoundedBody(
                new ManualExecutor(),
                new PeriodicChecks(scheduler, ticker),
                new ByteBudget(1 << 20, 0),
                new Publishers(),
                1_000);
        return new TasksResource(
                log,
                streams,
                READER,
                time,
                body,
                new Tickets(Duration.ofSeconds(30), time, new SecureRandom()),
                new OpenTasks(1, task -> true, time::nanos),
                new EventRates(0, 0, time::nanos));
    }
}
