package io.taskstream.stream;

import java.util.Locale;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Why a viewer's stream ended. */
public enum Ending {
    /** The viewer has got its task's last event. */
    FINISHED,
    /** The task was deleted. */
    DELETED,
    /** The client, or a proxy, closed the connection. */
    LEFT,
    /** The viewer took no byte for the stall time. */
    STALLED,
    /** The server sent the viewer away because it is about to stop. */
    DRAINED;

    /** Returns the name that metrics use. */
    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Returns the reason of a connection that ended with that error; {@code null} if the stream was closed. */
    static Ending of(@Nullable Throwable error) {
        if (error == null) {
            return FINISHED;
        }
        return error instanceof TimeoutException ? STALLED : LEFT;
    }
}
