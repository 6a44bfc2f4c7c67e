package io.taskstream.eventlog.memory;

import java.time.Duration;

/**
 * The engine's bounds.
 *
 * @param events per task, at least 1
 * @param bytes of frames per task; the newest event is kept whatever its size
 * @param finishedTasks number of finished tasks; the one that ended first is removed first
 * @param keys how long idempotency keys are kept; their number per task is bounded by {@code events}
 */
public record MemoryBounds(int events, long bytes, int finishedTasks, Duration keys) {

    public MemoryBounds {
        if (events < 1 || bytes < 1 || finishedTasks < 1) {
            throw new IllegalArgumentException(
                    "Bounds are at least 1: " + events + ", " + bytes + ", " + finishedTasks);
        }
    }

    /** Creates bounds that keep idempotency keys for a day. */
    public MemoryBounds(int events, long bytes, int finishedTasks) {
        this(events, bytes, finishedTasks, Duration.ofDays(1));
    }
}
