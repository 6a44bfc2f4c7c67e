package io.taskstream.eventlog;

import java.util.Map;

/**
 * What an engine holds at one moment, for those who watch over it. What the engine doesn't measure is negative or empty.
 *
 * @param bytes that the engine takes for it, on its disk if it has one
 * @param tasks how many there are
 * @param tasksByStatus how many there are of each status, by its wire name, each of which is there if one is
 */
public record LogUsage(long bytes, long tasks, Map<String, Long> tasksByStatus) {

    /** Of an engine that doesn't measure itself. */
    public static final LogUsage UNKNOWN = new LogUsage(-1, -1, Map.of());

    public LogUsage {
        tasksByStatus = Map.copyOf(tasksByStatus);
    }

    /** Of an engine that knows all. */
    public static LogUsage of(long bytes, Map<String, Long> tasksByStatus) {
        long tasks = tasksByStatus.values().stream().mapToLong(Long::longValue).sum();
        return new LogUsage(bytes, tasks, tasksByStatus);
    }
}
