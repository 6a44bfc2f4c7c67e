package io.taskstream.app;

import io.taskstream.eventlog.EventLog;
import io.taskstream.eventlog.memory.MemoryEventLog;
import io.taskstream.http.AuthenticationFilter;
import io.taskstream.http.AuthorizationFilter;
import io.taskstream.http.CrossOriginFilter;
import io.taskstream.http.EventsResource;
import io.taskstream.http.FrontDoor;
import io.taskstream.http.Limits;
import io.taskstream.http.PageResource;
import io.taskstream.http.ProblemMapper;
import io.taskstream.http.PublishContext;
import io.taskstream.http.SessionResource;
import io.taskstream.http.SessionsResource;
import io.taskstream.http.StreamResource;
import io.taskstream.http.TasksResource;
import io.taskstream.http.TicketsResource;
import io.taskstream.stream.FanOut;
import io.taskstream.stream.Heartbeats;
import io.taskstream.stream.StreamContext;
import io.taskstream.stream.TaskStreams;
import io.taskstream.stream.Ticker;
import io.taskstream.task.EventReader;
import jakarta.json.bind.JsonbBuilder;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;

/**
 * The running application.
 *
 * @param resources what answers requests
 */
record Parts(EventLog log, Heartbeats heartbeats, TaskStreams streams, Set<Object> resources) implements AutoCloseable {

    /**
     * Builds all parts.
     *
     * @param executor fans out, and reads what is published
     * @param scheduler turns the heartbeats
     */
    static Parts build(Settings settings, Executor executor, ScheduledExecutorService scheduler) {
        InstantSource time = InstantSource.system();
        Ticker ticker = Ticker.system();
        Limits limits = settings.limits();
        var log = new MemoryEventLog(settings.memory(), time, new SecureRandom());
        var events = new EventReader(JsonbBuilder.create(), settings.json());
        FrontDoor door = new Entrance(settings.access(), time)
                .build(
                        ticker,
                        id -> log.find(id)
                                .filter(task -> !task.task().status().isFinished())
                                .isPresent());
        var heartbeats = new Heartbeats(scheduler, ticker);
        var fanOut = new FanOut(executor, Runtime.getRuntime().availableProcessors());
        var streams = new TaskStreams(new StreamContext(log, fanOut, heartbeats, ticker, events, limits.heartbeat()));
        Set<Object> resources = Set.of(
                new TasksResource(log, streams, events, time, limits, door),
                new EventsResource(new PublishContext(log, events, executor, scheduler, door, limits.bodyBytes())),
                new StreamResource(log, streams, limits, door),
                new TicketsResource(door),
                new SessionResource(door),
                new SessionsResource(door),
                new CrossOriginFilter(door.origins()),
                new AuthenticationFilter(door),
                new AuthorizationFilter(door.audit()),
                new PageResource(),
                new ProblemMapper());
        return new Parts(log, heartbeats, streams, resources);
    }

    @Override
    public void close() {
        streams.close();
        heartbeats.close();
        log.close();
    }
}
