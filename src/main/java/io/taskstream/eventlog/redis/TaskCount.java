package io.taskstream.eventlog.redis;

import io.lettuce.core.RedisException;
import io.taskstream.eventlog.EventLogException;
import io.taskstream.metrics.LogUsage;

/**
 * How many tasks Redis holds, as it said last: it is asked in the background, so that nobody who wants to know waits. Of
 * which status they are, and the bytes of their events, only a look at each would tell. Thread-safe.
 */
final class TaskCount {

    private final TaskIndex index;
    private volatile LogUsage last = LogUsage.UNKNOWN;

    TaskCount(TaskIndex index) {
        this.index = index;
    }

    LogUsage last() {
        return last;
    }

    /** Asks. Nobody waits. */
    void ask() {
        try {
            index.count().whenComplete((count, failure) -> last = failure == null ? of(count) : LogUsage.UNKNOWN);
        } catch (RedisException | EventLogException e) {
            last = LogUsage.UNKNOWN;
        }
    }

    private static LogUsage of(long tasks) {
        return new LogUsage(LogUsage.UNKNOWN.bytes(), tasks, LogUsage.UNKNOWN.tasksByStatus());
    }
}
