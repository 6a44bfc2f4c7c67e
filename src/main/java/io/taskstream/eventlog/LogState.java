package io.taskstream.eventlog;

import io.taskstream.task.Task;

/**
 * A task and how far its log reaches, at one moment.
 *
 * @param task the task
 * @param last the last event; its sequence is 0 if there is none yet
 * @param oldest the sequence of the oldest event that is kept; {@code last + 1} if none is
 * @param viewersElsewhere how many watch it on other servers, as far as those have told
 */
public record LogState(Task task, EventId last, long oldest, int viewersElsewhere) {

    /** Of an engine that no other server shares. */
    public LogState(Task task, EventId last, long oldest) {
        this(task, last, oldest, 0);
    }

    /** How many events are kept. */
    public long events() {
        return last.sequence() - oldest + 1;
    }
}
