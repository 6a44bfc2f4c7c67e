package io.taskstream.eventlog;

import io.taskstream.task.Task;

/**
 * A task and the extent of its log at one moment.
 *
 * @param last id of the last event; its sequence is 0 if there is none
 * @param oldest sequence of the oldest event that is kept; {@code last + 1} if none is
 * @param viewersElsewhere number of viewers on other servers, as far as those have reported
 */
public record LogState(Task task, EventId last, long oldest, int viewersElsewhere) {

    /** Creates the state for an engine that a single server uses. */
    public LogState(Task task, EventId last, long oldest) {
        this(task, last, oldest, 0);
    }

    /** Returns the number of events that are kept. */
    public long events() {
        return last.sequence() - oldest + 1;
    }
}
