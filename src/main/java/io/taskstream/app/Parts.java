package io.taskstream.app;

import io.taskstream.eventlog.EventLog;
import io.taskstream.eventlog.GuardedEventLog;
import io.taskstream.eventlog.LogMeters;
import io.taskstream.eventlog.Publishers;
import io.taskstream.eventlog.memory.MemoryEventLog;
import io.taskstream.http.ApiResource;
import io.taskstream.http.DoctorResource;
import io.taskstream.http.EventsResource;
import io.taskstream.http.Limits;
import io.taskstream.http.PageResource;
import io.taskstream.http.ProblemMapper;
import io.taskstream.http.PublishContext;
import io.taskstream.http.StreamResource;
import io.taskstream.http.TasksResource;
import io.taskstream.ops.Drain;
import io.taskstream.ops.DrainResource;
import io.taskstream.ops.Health;
import io.taskstream.ops.HealthResource;
import io.taskstream.ops.Metrics;
import io.taskstream.ops.MetricsResource;
import io.taskstream.ops.Pause;
import io.taskstream.ops.Refusals;
import io.taskstream.stream.DoctorStreams;
import io.taskstream.stream.FanOut;
import io.taskstream.stream.Heartbeats;
import io.taskstream.stream.StreamContext;
import io.taskstream.stream.StreamMeters;
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
 * @param drain takes it down
 * @param health tells how it is
 * @param resources what answers requests
 */
record Parts(Drain drain, Health health, Heartbeats heartbeats, DoctorStreams doctor, Set<Object> resources)
        implements AutoCloseable {

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
        LogMeters appends = LogMeters.create();
        StreamMeters meters = StreamMeters.create();
        var log = new GuardedEventLog(engine(settings, time), appends, ticker::nanos);
        var events = new EventReader(JsonbBuilder.create());
        var heartbeats = new Heartbeats(scheduler, ticker);
        var fanOut = new FanOut(executor, Runtime.getRuntime().availableProcessors());
        var streams =
                new TaskStreams(new StreamContext(log, fanOut, heartbeats, ticker, events, limits.heartbeat(), meters));
        var doctor = new DoctorStreams(streams, scheduler);
        var publishers = new Publishers();
        var drain = new Drain(streams, publishers, log, settings.drain(), ticker, Pause.system());
        var health = new Health(heartbeats, log, drain);
        var refusals = new Refusals();
        Metrics metrics =
                new Metrics(meters, appends, log, publishers).with(drain).with(refusals);
        Set<Object> resources = Set.of(
                new TasksResource(log, streams, events, time, limits),
                new EventsResource(new PublishContext(log, events, executor, limits.bodyBytes(), publishers)),
                new StreamResource(log, streams, limits),
                new DoctorResource(doctor, streams),
                new MetricsResource(metrics),
                new HealthResource(health),
                new DrainResource(drain, meters, executor),
                new ApiResource(),
                new PageResource(),
                refusals,
                new ProblemMapper());
        return new Parts(drain, health, heartbeats, doctor, resources);
    }

    private static EventLog engine(Settings settings, InstantSource time) {
        return new MemoryEventLog(settings.memory(), time, new SecureRandom());
    }

    @Override
    public void close() {
        // Their scheduler is stopping: WildFly runs nothing for an application that goes, and logs each time.
        heartbeats.close();
        doctor.close();
        drain.run();
    }
}
