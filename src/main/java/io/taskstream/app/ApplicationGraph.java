package io.taskstream.app;

import io.taskstream.access.limit.ByteBudget;
import io.taskstream.eventlog.EventLog;
import io.taskstream.eventlog.ManagedEventLog;
import io.taskstream.eventlog.Publishers;
import io.taskstream.eventlog.embedded.EmbeddedEventLog;
import io.taskstream.eventlog.memory.MemoryEventLog;
import io.taskstream.eventlog.redis.RedisConfig;
import io.taskstream.eventlog.redis.RedisEventLog;
import io.taskstream.http.Cookies;
import io.taskstream.http.Limits;
import io.taskstream.http.ProblemMapper;
import io.taskstream.http.UnpooledOutput;
import io.taskstream.http.body.BoundedBody;
import io.taskstream.http.body.LinePublisher;
import io.taskstream.http.body.OpenUploads;
import io.taskstream.http.body.PeriodicChecks;
import io.taskstream.http.filter.AuditFilter;
import io.taskstream.http.filter.AuthenticationFilter;
import io.taskstream.http.filter.AuthorizationFilter;
import io.taskstream.http.filter.CrossOriginFilter;
import io.taskstream.http.filter.RequestCheck;
import io.taskstream.http.filter.WebsiteFilter;
import io.taskstream.http.resource.DoctorResource;
import io.taskstream.http.resource.EventsResource;
import io.taskstream.http.resource.LineRequests;
import io.taskstream.http.resource.LinesResource;
import io.taskstream.http.resource.LogResource;
import io.taskstream.http.resource.OperationsResource;
import io.taskstream.http.resource.PageResource;
import io.taskstream.http.resource.SearchResource;
import io.taskstream.http.resource.SessionsResource;
import io.taskstream.http.resource.StreamResource;
import io.taskstream.http.resource.TaskIdConverter;
import io.taskstream.http.resource.TasksResource;
import io.taskstream.http.resource.TasksStreamResource;
import io.taskstream.http.resource.UploadsResource;
import io.taskstream.metrics.LogMeters;
import io.taskstream.metrics.Metrics;
import io.taskstream.metrics.Stopwatch;
import io.taskstream.metrics.StreamMeters;
import io.taskstream.ops.AbandonedTasks;
import io.taskstream.ops.Drain;
import io.taskstream.ops.Health;
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
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadFactory;
import java.util.function.LongSupplier;

/**
 * The objects of the running application, wired by hand.
 *
 * @param websites the check of the servlet filter
 * @param resources the resources and providers of JAX-RS
 */
record ApplicationGraph(
        Drain drain,
        Health health,
        Heartbeats heartbeats,
        DoctorStreams doctor,
        PeriodicChecks checks,
        AbandonedTasks abandoned,
        WebsiteFilter.Check websites,
        Set<Object> resources)
        implements AutoCloseable {

    /** Long enough for a busy stream to keep its thread, short enough for the server to stop. */
    private static final Duration LINGER = Duration.ofSeconds(1);

    /**
     * Builds all objects. If that fails, closes those that are open.
     *
     * @param executor runs the fan-out, and parses published lines
     * @param scheduler runs the heartbeats, the timers of the redis engine, and attempts to open the embedded one
     * @param threads makes the threads of the engine
     */
    static ApplicationGraph build(
            Settings settings, Executor executor, ScheduledExecutorService scheduler, ThreadFactory threads) {
        var opened = new ArrayDeque<Runnable>();
        try {
            return build(settings, executor, scheduler, threads, opened);
        } catch (RuntimeException | Error e) {
            // Otherwise the next deployment would find the log in use until the server restarts.
            opened.forEach(close -> closeAfter(e, close));
            throw e;
        }
    }

    private static void closeAfter(Throwable failure, Runnable close) {
        try {
            close.run();
        } catch (RuntimeException | Error e) {
            failure.addSuppressed(e);
        }
    }

    /**
     * @param opened gets what closes the objects that are open, the latest first
     */
    private static ApplicationGraph build(
            Settings settings,
            Executor executor,
            ScheduledExecutorService scheduler,
            ThreadFactory threads,
            Deque<Runnable> opened) {
        InstantSource time = InstantSource.system();
        Ticker ticker = Ticker.system();
        Limits limits = settings.limits();
        LogMeters appends = LogMeters.create();
        StreamMeters meters = StreamMeters.create();
        EventLog log = ManagedEventLog.open(
                () -> engine(settings, time, executor, scheduler, threads, appends, ticker::nanos),
                scheduler,
                appends,
                ticker::nanos);
        opened.push(log::close);
        var events = new EventReader(JsonbBuilder.create(), settings.json());
        settings.transfer().run(log, events);
        AccessGraph access = AccessGraph.build(
                settings.access(),
                time,
                ticker,
                id -> log.find(id)
                        .filter(task -> !task.task().status().isFinished())
                        .isPresent());
        var cookies = new Cookies(access.origins().credentials());
        var heartbeats = new Heartbeats(scheduler, ticker);
        opened.push(heartbeats::close);
        var fanOut = new FanOut(executor, Runtime.getRuntime().availableProcessors(), LINGER);
        var streams = new TaskStreams(
                new StreamContext(log, fanOut, heartbeats, ticker, time, events, limits.heartbeat(), meters));
        log.countViewersBy(streams::viewers);
        var doctor = new DoctorStreams(streams, scheduler);
        var publishers = new Publishers();
        var checks = new PeriodicChecks(scheduler, ticker);
        opened.push(checks::close);
        var receiving = new ByteBudget(limits.receivingBytes(), limits.reservedBytes());
        checks.add(now -> receiving.callAll());
        checks.add(now -> access.sessions().endWithdrawn());
        var body = new BoundedBody(executor, checks, receiving, publishers, limits.bodyBytes());
        var drain = new Drain(
                streams,
                publishers,
                log,
                settings.drain(),
                ticker,
                Drain.Pause.system().sweeping(heartbeats));
        var health = new Health(heartbeats, log, drain);
        var refusals = new Refusals();
        Metrics metrics = new Metrics(
                        meters, appends, log::usage, () -> log.trouble().isEmpty())
                .withPublishers(publishers::count)
                .withDrain(() -> drain.state() != Drain.State.SERVING)
                .withRefusals(refusals.counts());
        var lines = new LinePublisher.Context(log, events, executor, scheduler, limits, checks, publishers);
        var uploads = new OpenUploads(log, checks);
        var requests = new LineRequests(lines, receiving, publishers, uploads, access.sessions(), access.rates(), time);
        var stream = new StreamResource(log, streams, limits, access.sessions(), access.viewers(), time);
        Set<Object> resources = Set.of(
                new TasksResource(
                        log, streams, events, time, body, access.tickets(), access.openTasks(), access.rates()),
                new EventsResource(lines, body, requests, access.rates()),
                new UploadsResource(lines, requests, uploads),
                stream,
                new TasksStreamResource(log, streams, stream, access.viewers()),
                new LogResource(lines, access.viewers(), access.sessions()),
                new SearchResource(lines, access.viewers(), ticker),
                new LinesResource(lines, access.viewers(), ticker),
                new SessionsResource(access.control(), access.sessions(), cookies, time),
                new DoctorResource(doctor, streams),
                new OperationsResource(health, metrics, drain, meters, executor),
                new CrossOriginFilter(access.origins()),
                new AuthenticationFilter(
                        access.control(),
                        access.passes(),
                        access.origins(),
                        settings.access().proxies(),
                        settings.access().headLimits(),
                        cookies,
                        time),
                new AuthorizationFilter(),
                new AuditFilter(access.audit()),
                new PageResource(),
                new TaskIdConverter(),
                new UnpooledOutput(),
                new RequestCheck(),
                refusals,
                new ProblemMapper());
        var abandoned = new AbandonedTasks(log, events, settings.abandoned(), time, ticker).start(scheduler, executor);
        opened.push(abandoned::close);
        return new ApplicationGraph(
                drain,
                health,
                heartbeats,
                doctor,
                checks,
                abandoned,
                new WebsiteFilter.Check(
                        settings.access().mode(),
                        settings.access().hosts(),
                        access.origins(),
                        settings.access().proxies(),
                        access.audit(),
                        refusals::count),
                resources);
    }

    private static EventLog engine(
            Settings settings,
            InstantSource time,
            Executor executor,
            ScheduledExecutorService scheduler,
            ThreadFactory threads,
            LogMeters meters,
            LongSupplier nanos) {
        var random = new SecureRandom();
        return switch (settings.engine()) {
            case Settings.MEMORY -> new MemoryEventLog(settings.memory(), time, random);
            case Settings.EMBEDDED ->
                new EmbeddedEventLog(settings.embedded(), time, random, executor, threads, meters, nanos);
            case Settings.REDIS -> {
                var redisThreads = new RedisConfig.Threads(executor, scheduler, nanos);
                yield RedisEventLog.open(settings.redis(), redisThreads, random, new Stopwatch(meters.syncs(), nanos));
            }
            default -> throw new IllegalStateException("There is no engine " + settings.engine());
        };
    }

    @Override
    public void close() {
        // The scheduler is stopping: WildFly runs no task of an application that is undeployed, and logs each attempt.
        // The drain sweeps by itself for viewers that leave late.
        heartbeats.close();
        doctor.close();
        checks.close();
        abandoned.close();
        drain.run();
    }
}
