package io.taskstream.stream;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What a viewer asked for.
 *
 * @param start where it begins
 * @param heartbeat the silence after which it gets a heartbeat
 * @param heartbeatAsEvent whether that is an event instead of a comment
 * @param stall how long it may take no byte before it is disconnected
 * @param traced whether it sees the trace that each event was published in
 * @param life how long it may watch at all; {@code null} for as long as it likes
 */
public record ViewerOptions(
        StreamStart start,
        Duration heartbeat,
        boolean heartbeatAsEvent,
        Duration stall,
        boolean traced,
        @Nullable Duration life) {

    /** The same without traces, for as long as the viewer likes. */
    public ViewerOptions(StreamStart start, Duration heartbeat, boolean heartbeatAsEvent, Duration stall) {
        this(start, heartbeat, heartbeatAsEvent, stall, false, null);
    }
}
