package io.taskstream.metrics;

import java.util.Map;

/**
 * An engine's contents at one moment. A value that the engine does not measure is negative or absent.
 *
 * @param bytes size of the log, on the disk if it has one
 * @param tasks number of tasks
 * @param tasksByStatus number of tasks by the status's wire name
 */
public record LogUsage(long bytes, long tasks, Map<String, Long> tasksByStatus) {

    /** The usage of an engine that does not measure itself. */
    public static final LogUsage UNKNOWN = new LogUsage(-1, -1, Map.of());

    public LogUsage {
        tasksByStatus = Map.copyOf(tasksByStatus);
    }

    /** Returns the usage of an engine that measures everything. */
    public static LogUsage of(long bytes, Map<String, Long> tasksByStatus) {
        long tasks = tasksByStatus.values().stream().mapToLong(Long::longValue).sum();
        return new LogUsage(bytes, tasks, tasksByStatus);
    }
}
