package io.taskstream.eventlog.embedded;

import java.time.Duration;

/**
 * How much the engine keeps, and for how long. What is too much is let go in the background, soon, not at once.
 *
 * @param age how long a task is kept after its end
 * @param events per task, at least 1; the oldest go first
 * @param bytes of frames per task; the newest frames, some thousands of bytes, are kept whatever their size
 * @param totalBytes of the files, which stay beneath that but for some megabytes that are on their way; the task that
 *     ended first goes first, and when none has ended, the older half of what the oldest tasks hold
 * @param keys how long idempotency keys are kept
 */
public record Retention(Duration age, long events, long bytes, long totalBytes, Duration keys) {

    public Retention {
        if (age.isNegative() || keys.isNegative() || events < 1 || bytes < 1 || totalBytes < 1) {
            throw new IllegalArgumentException("A bound is too small");
        }
    }
}
