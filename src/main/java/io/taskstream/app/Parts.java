package io.taskstream.app;

import io.taskstream.eventlog.EventLog;
import io.taskstream.eventlog.memory.MemoryEventLog;
import io.taskstream.http.Limits;
import io.taskstream.http.PublishContext;
import io.taskstream.stream.FanOut;
import io.taskstream.stream.Heartbeats;
import io.taskstream.stream.StreamContext;
import io.taskstream.stream.TaskStreams;
import io.taskstream.stream.Ticker;
import io.taskstream.task.EventReader;
import jakarta.json.bind.JsonbBuilder;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;

/** The running application. */
record Parts(
        EventLog log,
        Heartbeats heartbeats,
        TaskStreams streams,
        EventReader events,
        PublishContext publishContext,
        Limits limits,
        InstantSource time)
        implements AutoCloseable {

    /**
     * Builds all parts.
     *
     * @param executor fans out and reads what is published
     * @param scheduler turns the heartbeats
     */
    static Parts build(Settings settings, Executor executor, ScheduledExecutorService scheduler) {
        InstantSource time = InstantSource.system();
        Ticker ticker = Ticker.system();
        var log = new MemoryEventLog(settings.memory(), time, new SecureRandom());
        var events = new EventReader(JsonbBuilder.create());
        var heartbeats = new Heartbeats(scheduler, ticker);
        var fanOut = new FanOut(executor, Runtime.getRuntime().availableProcessors());
        var streams = new TaskStreams(new StreamContext(
                log, fanOut, heartbeats, ticker, events, settings.limits().heartbeat()));
        var publishContext =
                new PublishContext(log, events, executor, settings.limits().bodyBytes());
        return new Parts(log, heartbeats, streams, events, publishContext, settings.limits(), time);
    }

    @Override
    public void close() {
        streams.close();
        heartbeats.close();
        log.close();
    }
}
