package io.taskstream.eventlog;

import io.taskstream.task.Task;
import io.taskstream.task.TaskId;
import io.taskstream.task.TaskStatus;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which tasks to list.
 *
 * @param status only tasks in this status; {@code null} for all
 * @param labels only tasks that have all of these
 * @param limit at most so many
 * @param after go on behind this task; {@code null} to begin with the newest
 */
public record TaskQuery(
        @Nullable TaskStatus status,
        Map<String, String> labels,
        int limit,
        @Nullable TaskId after) {

    /** Whether the task is one of those asked for. */
    public boolean matches(Task task) {
        return (status == null || status == task.status())
                && labels.entrySet().stream().allMatch(label -> task.hasLabel(label.getKey(), label.getValue()));
    }
}
