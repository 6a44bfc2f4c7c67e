package io.taskstream.stream;

import io.taskstream.eventlog.EventLog;
import io.taskstream.metrics.StreamMeters;
import io.taskstream.task.EventReader;
import java.time.Duration;

/**
 * What all broadcasters use.
 *
 * @param log the tasks and their events
 * @param fanOut runs the passes
 * @param heartbeats runs the viewers' timers
 * @param events binds the data of events that are broadcast
 * @param heartbeat the heartbeat interval of sinks that are no {@link ResponseEventSink}
 */
public record StreamContext(
        EventLog log,
        FanOut fanOut,
        Heartbeats heartbeats,
        Ticker ticker,
        EventReader events,
        Duration heartbeat,
        StreamMeters meters) {

    /** A context with new meters. */
    public StreamContext(
            EventLog log, FanOut fanOut, Heartbeats heartbeats, Ticker ticker, EventReader events, Duration heartbeat) {
        this(log, fanOut, heartbeats, ticker, events, heartbeat, StreamMeters.create());
    }
}
