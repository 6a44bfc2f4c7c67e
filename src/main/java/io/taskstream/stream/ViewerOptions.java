package io.taskstream.stream;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The options of a viewer's stream.
 *
 * @param start where the stream starts
 * @param heartbeat the time without a write after which the viewer gets a heartbeat
 * @param heartbeatAsEvent whether heartbeats are events instead of comments
 * @param stall the time without a byte taken after which the viewer is disconnected
 * @param traced whether a comment before each event shows the trace it was published in
 * @param life the time after which the stream ends because access expires; {@code null} for no limit
 */
public record ViewerOptions(
        StartPosition start,
        Duration heartbeat,
        boolean heartbeatAsEvent,
        Duration stall,
        boolean traced,
        @Nullable Duration life) {

    /** Options without traces and without a limit of life. */
    public ViewerOptions(StartPosition start, Duration heartbeat, boolean heartbeatAsEvent, Duration stall) {
        this(start, heartbeat, heartbeatAsEvent, stall, false, null);
    }
}
