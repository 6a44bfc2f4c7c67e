package io.taskstream.eventlog;

import io.taskstream.task.Task;
import java.util.List;

/**
 * A task and the extent of its log at one moment.
 *
 * @param last id of the last event; its sequence is 0 if there is none
 * @param oldest sequence of the oldest event that is kept; {@code last + 1} if none is
 * @param viewersElsewhere number of viewers on other servers, as far as those have reported
 * @param uploads the task's uploads, in the order of their names
 */
public record LogState(Task task, EventId last, long oldest, int viewersElsewhere, List<Upload> uploads) {

    public LogState {
        uploads = List.copyOf(uploads);
    }

    /** Creates the state of a task without uploads and without viewers on other servers. */
    public LogState(Task task, EventId last, long oldest) {
        this(task, last, oldest, 0, List.of());
    }

    /** Returns the number of events that are kept. */
    public long events() {
        return last.sequence() - oldest + 1;
    }
}
