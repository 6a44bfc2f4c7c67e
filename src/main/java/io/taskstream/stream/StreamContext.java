package io.taskstream.stream;

import io.taskstream.eventlog.EventLog;
import io.taskstream.metrics.StreamMeters;
import io.taskstream.task.EventReader;
import java.time.Duration;

/**
 * What all broadcasters share.
 *
 * @param log where the events are
 * @param fanOut runs the passes
 * @param heartbeats visits idle viewers
 * @param ticker tells the time
 * @param events binds what is broadcast
 * @param heartbeat the silence after which a foreign sink gets a heartbeat
 * @param meters count what happens
 */
public record StreamContext(
        EventLog log,
        FanOut fanOut,
        Heartbeats heartbeats,
        Ticker ticker,
        EventReader events,
        Duration heartbeat,
        StreamMeters meters) {

    /** The same, with meters of its own. */
    public StreamContext(
            EventLog log, FanOut fanOut, Heartbeats heartbeats, Ticker ticker, EventReader events, Duration heartbeat) {
        this(log, fanOut, heartbeats, ticker, events, heartbeat, StreamMeters.create());
    }
}
