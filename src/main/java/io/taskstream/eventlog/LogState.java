package io.taskstream.eventlog;

import io.taskstream.task.Task;

/**
 * A task and how far its log reaches, at one moment.
 *
 * @param task the task
 * @param last the last event; its sequence is 0 if there is none yet
 * @param oldest the sequence of the oldest event that is kept; {@code last + 1} if none is
 */
public record LogState(Task task, EventId last, long oldest) {

    /** How many events are kept. */
    public long events() {
        return last.sequence() - oldest + 1;
    }
}
