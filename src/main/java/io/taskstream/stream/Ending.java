package io.taskstream.stream;

import java.util.Locale;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** How a viewer's stream came to its end. */
public enum Ending {
    /** The viewer has got its task's last event. */
    FINISHED,
    /** The task was deleted. */
    DELETED,
    /** The viewer, or somebody on the way, closed the connection. */
    LEFT,
    /** The viewer took no byte for the stall time. */
    STALLED,
    /** The server sent the viewer away because it is going to stop. */
    DRAINED;

    /** The ending as it is written in a metric. */
    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** How a stream ended whose sink was closed with that error, or in peace. */
    static Ending of(@Nullable Throwable error) {
        if (error == null) {
            return FINISHED;
        }
        return error instanceof TimeoutException ? STALLED : LEFT;
    }
}
