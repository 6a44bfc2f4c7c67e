package io.taskstream.app;

import io.taskstream.eventlog.EventLog;
import io.taskstream.eventlog.embedded.EmbeddedEventLog;
import io.taskstream.eventlog.memory.MemoryEventLog;
import io.taskstream.eventlog.redis.RedisEventLog;
import io.taskstream.eventlog.redis.RedisThreads;
import io.taskstream.http.EventsResource;
import io.taskstream.http.HeaderCheck;
import io.taskstream.http.Limits;
import io.taskstream.http.PageResource;
import io.taskstream.http.ProblemMapper;
import io.taskstream.http.PublishContext;
import io.taskstream.http.StreamResource;
import io.taskstream.http.TasksResource;
import io.taskstream.stream.FanOut;
import io.taskstream.stream.Heartbeats;
import io.taskstream.stream.StreamContext;
import io.taskstream.stream.TaskStreams;
import io.taskstream.stream.Ticker;
import io.taskstream.task.EventReader;
import jakarta.json.bind.JsonbBuilder;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadFactory;

/**
 * The running application.
 *
 * @param resources what answers requests
 */
record Parts(EventLog log, Heartbeats heartbeats, TaskStreams streams, Limits limits, Set<Object> resources)
        implements AutoCloseable {

    /** Long enough that a stream which is alive keeps its thread, short enough for the server to stop. */
    private static final Duration LINGER = Duration.ofSeconds(1);

    /**
     * Builds all parts.
     *
     * @param executor fans out, and reads what is published
     * @param scheduler turns the heartbeats, and the timers of the redis engine
     * @param threads makes the threads of the engine
     */
    static Parts build(
            Settings settings, Executor executor, ScheduledExecutorService scheduler, ThreadFactory threads) {
        InstantSource time = InstantSource.system();
        Ticker ticker = Ticker.system();
        Limits limits = settings.limits();
        EventLog log = log(settings, time, executor, scheduler, threads);
        var events = new EventReader(JsonbBuilder.create());
        settings.transfer().run(log, events);
        var heartbeats = new Heartbeats(scheduler, ticker);
        var fanOut = new FanOut(executor, Runtime.getRuntime().availableProcessors(), LINGER);
        var streams = new TaskStreams(new StreamContext(log, fanOut, heartbeats, ticker, events, limits.heartbeat()));
        log.countViewersBy(streams::viewers);
        Set<Object> resources = Set.of(
                new TasksResource(log, streams, events, time, limits),
                new EventsResource(new PublishContext(log, events, executor, limits.bodyBytes())),
                new StreamResource(log, streams, limits),
                new PageResource(),
                new HeaderCheck(),
                new ProblemMapper());
        return new Parts(log, heartbeats, streams, limits, resources);
    }

    private static EventLog log(
            Settings settings,
            InstantSource time,
            Executor executor,
            ScheduledExecutorService scheduler,
            ThreadFactory threads) {
        var random = new SecureRandom();
        return switch (settings.engine()) {
            case Settings.MEMORY -> new MemoryEventLog(settings.memory(), time, random);
            case Settings.EMBEDDED -> new EmbeddedEventLog(settings.embedded(), time, random, executor, threads);
            case Settings.REDIS -> {
                RedisSettings redis = settings.redis();
                var redisThreads = new RedisThreads(executor, scheduler, System::nanoTime);
                yield RedisEventLog.open(redis.place(), redis.retention(), redis.times(), redisThreads, random);
            }
            default -> throw new IllegalStateException("There is no engine " + settings.engine());
        };
    }

    @Override
    public void close() {
        streams.close();
        heartbeats.close();
        log.close();
    }
}
