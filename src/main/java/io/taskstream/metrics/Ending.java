package io.taskstream.metrics;

import java.util.Locale;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** The reason why a viewer's stream ended. */
public enum Ending {
    /** The viewer has received its task's last event. */
    FINISHED,
    /** The task was deleted. */
    DELETED,
    /** The viewer or an intermediary closed the connection. */
    LEFT,
    /** The viewer accepted no byte for the stall time. */
    STALLED,
    /** The server closed the stream because it is going to stop. */
    DRAINED;

    /** Returns the value of the metric's label. */
    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Returns the ending of a stream whose sink was closed with that error, or without one. */
    public static Ending of(@Nullable Throwable error) {
        if (error == null) {
            return FINISHED;
        }
        return error instanceof TimeoutException ? STALLED : LEFT;
    }
}
