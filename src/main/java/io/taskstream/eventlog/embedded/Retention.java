package io.taskstream.eventlog.embedded;

import java.time.Duration;

/**
 * How much the engine keeps, and for how long. It removes the excess soon, in the background.
 *
 * @param age how long a task is kept after its end
 * @param events per task, at least 1; the oldest are removed first
 * @param bytes of frames per task; the newest frames, some thousands of bytes, are always kept
 * @param totalBytes of all files, which may exceed it by some megabytes for a short time; the task that ended first is
 *     removed first, and when none has ended, the older half of the events of the oldest tasks
 * @param keys how long idempotency keys are kept
 */
public record Retention(Duration age, long events, long bytes, long totalBytes, Duration keys) {

    public Retention {
        if (age.isNegative() || keys.isNegative() || events < 1 || bytes < 1 || totalBytes < 1) {
            throw new IllegalArgumentException("A bound is too small");
        }
    }
}
