package io.taskstream.stream;

import io.taskstream.eventlog.EventLog;
import io.taskstream.metrics.StreamMeters;
import io.taskstream.task.EventReader;
import java.time.Duration;
import java.time.InstantSource;

/**
 * What all broadcasters use.
 *
 * @param log the tasks and their events
 * @param fanOut runs the passes
 * @param heartbeats runs the viewers' timers
 * @param time the clock by which producers are heard of
 * @param events binds the data of events that are broadcast
 * @param heartbeat the heartbeat interval of sinks that are no {@link ResponseEventSink}
 */
public record StreamContext(
        EventLog log,
        FanOut fanOut,
        Heartbeats heartbeats,
        Ticker ticker,
        InstantSource time,
        EventReader events,
        Duration heartbeat,
        StreamMeters meters) {

    /** Creates a context with new meters. */
    public StreamContext(
            EventLog log,
            FanOut fanOut,
            Heartbeats heartbeats,
            Ticker ticker,
            InstantSource time,
            EventReader events,
            Duration heartbeat) {
        this(log, fanOut, heartbeats, ticker, time, events, heartbeat, StreamMeters.create());
    }
}
