package io.taskstream.eventlog;

import java.util.Map;

/**
 * What an engine holds at one moment, for those who watch over it.
 *
 * @param bytes of events, as the engine keeps them; negative if it doesn't measure them
 * @param tasks how many tasks there are of each status, by its wire name; empty if the engine doesn't count them
 */
public record LogUsage(long bytes, Map<String, Long> tasks) {

    /** Of an engine that doesn't measure itself. */
    public static final LogUsage UNKNOWN = new LogUsage(-1, Map.of());

    public LogUsage {
        tasks = Map.copyOf(tasks);
    }

    /** Whether the engine measures itself. */
    public boolean isKnown() {
        return bytes >= 0;
    }
}
