package io.taskstream.app;

import io.taskstream.access.ByteBudget;
import io.taskstream.eventlog.EventLog;
import io.taskstream.eventlog.ManagedEventLog;
import io.taskstream.eventlog.Publishers;
import io.taskstream.eventlog.embedded.EmbeddedEventLog;
import io.taskstream.eventlog.memory.MemoryEventLog;
import io.taskstream.eventlog.redis.RedisEventLog;
import io.taskstream.eventlog.redis.RedisThreads;
import io.taskstream.http.ApiResource;
import io.taskstream.http.AuditFilter;
import io.taskstream.http.AuthenticationFilter;
import io.taskstream.http.AuthorizationFilter;
import io.taskstream.http.BoundedBody;
import io.taskstream.http.ContentCheck;
import io.taskstream.http.CrossOriginFilter;
import io.taskstream.http.DoctorResource;
import io.taskstream.http.EventsResource;
import io.taskstream.http.EverySecond;
import io.taskstream.http.FrontDoor;
import io.taskstream.http.KeepAlive;
import io.taskstream.http.Limits;
import io.taskstream.http.PageResource;
import io.taskstream.http.PathCheck;
import io.taskstream.http.ProblemMapper;
import io.taskstream.http.PublishContext;
import io.taskstream.http.SessionResource;
import io.taskstream.http.SessionsResource;
import io.taskstream.http.StreamResource;
import io.taskstream.http.TasksResource;
import io.taskstream.http.TicketsResource;
import io.taskstream.http.UnpooledOutput;
import io.taskstream.http.WebsiteCheck;
import io.taskstream.metrics.LogMeters;
import io.taskstream.metrics.Metrics;
import io.taskstream.metrics.Stopwatch;
import io.taskstream.metrics.StreamMeters;
import io.taskstream.ops.Drain;
import io.taskstream.ops.DrainResource;
import io.taskstream.ops.Health;
import io.taskstream.ops.HealthResource;
import io.taskstream.ops.MetricsResource;
import io.taskstream.ops.Pause;
import io.taskstream.ops.Refusals;
import io.taskstream.stream.DoctorStreams;
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
 * @param drain takes it down
 * @param health tells how it is
 * @param everySecond looks after what waits
 * @param resources what answers requests
 */
record Parts(
        Drain drain,
        Health health,
        Heartbeats heartbeats,
        DoctorStreams doctor,
        EverySecond everySecond,
        KeepAlive keepAlive,
        WebsiteCheck websites,
        Set<Object> resources)
        implements AutoCloseable {

    /** Long enough that a stream which is alive keeps its thread, short enough for the server to stop. */
    private static final Duration LINGER = Duration.ofSeconds(1);

    /**
     * Builds all parts.
     *
     * @param executor fans out, and reads what is published
     * @param scheduler turns the heartbeats, the timers of the redis engine, and attempts to open the embedded one
     * @param threads makes the threads of the engine
     */
    static Parts build(
            Settings settings, Executor executor, ScheduledExecutorService scheduler, ThreadFactory threads) {
        InstantSource time = InstantSource.system();
        Ticker ticker = Ticker.system();
        Limits limits = settings.limits();
        LogMeters appends = LogMeters.create();
        StreamMeters meters = StreamMeters.create();
        var syncs = new Stopwatch(appends.syncs(), ticker::nanos);
        EventLog log = ManagedEventLog.open(
                () -> engine(settings, time, executor, scheduler, threads, syncs), scheduler, appends, ticker::nanos);
        var events = new EventReader(JsonbBuilder.create(), settings.json());
        settings.transfer().run(log, events);
        FrontDoor door = new Entrance(settings.access(), time)
                .build(
                        ticker,
                        id -> log.find(id)
                                .filter(task -> !task.task().status().isFinished())
                                .isPresent());
        var heartbeats = new Heartbeats(scheduler, ticker);
        var fanOut = new FanOut(executor, Runtime.getRuntime().availableProcessors(), LINGER);
        var streams =
                new TaskStreams(new StreamContext(log, fanOut, heartbeats, ticker, events, limits.heartbeat(), meters));
        log.countViewersBy(streams::viewers);
        var doctor = new DoctorStreams(streams, scheduler);
        var publishers = new Publishers();
        var everySecond = new EverySecond(scheduler, ticker);
        var receiving = new ByteBudget(limits.receivingBytes(), limits.reservedBytes());
        everySecond.add(now -> receiving.callAll());
        everySecond.add(now -> door.sessions().endWithdrawn());
        var body = new BoundedBody(executor, everySecond, receiving, limits.bodyBytes());
        var drain = new Drain(
                streams,
                publishers,
                log,
                settings.drain(),
                ticker,
                Pause.system().sweeping(heartbeats));
        var health = new Health(heartbeats, log, drain);
        var refusals = new Refusals();
        Metrics metrics = new Metrics(
                        meters, appends, log::usage, () -> log.trouble().isEmpty())
                .withPublishers(publishers::count)
                .withDrain(() -> drain.state() != Drain.State.SERVING)
                .withRefusals(refusals.counts());
        Set<Object> resources = Set.of(
                new TasksResource(log, streams, events, time, body, door),
                new EventsResource(
                        new PublishContext(
                                log, events, executor, scheduler, door, limits, publishers, receiving, everySecond),
                        body),
                new StreamResource(log, streams, limits, door),
                new TicketsResource(door),
                new SessionResource(door),
                new SessionsResource(door),
                new DoctorResource(doctor, streams),
                new MetricsResource(metrics),
                new HealthResource(health),
                new DrainResource(drain, meters, executor),
                new ApiResource(),
                new CrossOriginFilter(door.origins()),
                new AuthenticationFilter(door),
                new AuthorizationFilter(),
                new AuditFilter(door.audit()),
                new PageResource(),
                new PathCheck(),
                new UnpooledOutput(),
                new ContentCheck(),
                refusals,
                new ProblemMapper());
        return new Parts(
                drain,
                health,
                heartbeats,
                doctor,
                everySecond,
                settings.keepAlive(),
                new WebsiteCheck(door, refusals::count),
                resources);
    }

    private static EventLog engine(
            Settings settings,
            InstantSource time,
            Executor executor,
            ScheduledExecutorService scheduler,
            ThreadFactory threads,
            Stopwatch syncs) {
        var random = new SecureRandom();
        return switch (settings.engine()) {
            case Settings.MEMORY -> new MemoryEventLog(settings.memory(), time, random);
            case Settings.EMBEDDED -> new EmbeddedEventLog(settings.embedded(), time, random, executor, threads, syncs);
            case Settings.REDIS -> {
                RedisSettings redis = settings.redis();
                var redisThreads = new RedisThreads(executor, scheduler, syncs.nanos());
                yield RedisEventLog.open(redis.place(), redis.retention(), redis.times(), redisThreads, random, syncs);
            }
            default -> throw new IllegalStateException("There is no engine " + settings.engine());
        };
    }

    @Override
    public void close() {
        // Their scheduler is stopping: WildFly runs nothing for an application that goes, and logs each time. The drain
        // sweeps by itself for those who leave late.
        heartbeats.close();
        doctor.close();
        everySecond.close();
        drain.run();
    }
}
