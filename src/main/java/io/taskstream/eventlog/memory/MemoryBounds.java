package io.taskstream.eventlog.memory;

import java.time.Duration;

/**
 * How much the engine keeps.
 *
 * @param events per task, at least 1
 * @param bytes of frames per task; the newest event is kept whatever its size
 * @param finishedTasks how many finished tasks; the one that ended first goes first
 * @param keys how long idempotency keys, of which there are at most as many as events
 */
public record MemoryBounds(int events, long bytes, int finishedTasks, Duration keys) {

    public MemoryBounds {
        if (events < 1 || bytes < 1 || finishedTasks < 1) {
            throw new IllegalArgumentException(
                    "Bounds are at least 1: " + events + ", " + bytes + ", " + finishedTasks);
        }
    }

    /** Keeps idempotency keys for a day. */
    public MemoryBounds(int events, long bytes, int finishedTasks) {
        this(events, bytes, finishedTasks, Duration.ofDays(1));
    }
}
