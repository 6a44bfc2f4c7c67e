package io.taskstream.stream;

import io.taskstream.eventlog.Chunk;
import org.jspecify.annotations.Nullable;

/** Where a sink gets what it writes. Called only by whoever is writing to that sink at the moment. */
interface FrameSource {

    /** What to write next, or {@code null} if there is nothing for now or for ever; never an empty chunk. */
    @Nullable
    Chunk next();

    /** Whether all has been handed out and nothing will follow. */
    boolean isAtEnd();

    /** Asks to be woken soon: the sink has written its share, and more is there. */
    void comeBack();

    /** The sink has written a heartbeat. */
    default void wroteHeartbeat() {}

    /** The sink will never ask again. The error is {@code null} if it was closed in peace. */
    void closed(@Nullable Throwable error);
}
