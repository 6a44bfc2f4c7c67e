package io.taskstream.eventlog;

import io.taskstream.task.Task;
import io.taskstream.task.TaskId;
import io.taskstream.task.TaskStatus;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Which tasks to list.
 *
 * @param status only tasks in this status; {@code null} for all
 * @param labels only tasks that have all of these
 * @param limit at most so many
 * @param after go on behind this task; {@code null} to begin with the newest
 * @param visible only tasks of these ids
 */
public record TaskQuery(
        @Nullable TaskStatus status,
        Map<String, String> labels,
        int limit,
        @Nullable TaskId after,
        Predicate<TaskId> visible) {

    /** Tasks of any id. */
    public TaskQuery(@Nullable TaskStatus status, Map<String, String> labels, int limit, @Nullable TaskId after) {
        this(status, labels, limit, after, id -> true);
    }

    /** Whether the task is one of those asked for. */
    public boolean matches(Task task) {
        return (status == null || status == task.status())
                && visible.test(task.id())
                && labels.entrySet().stream().allMatch(label -> task.hasLabel(label.getKey(), label.getValue()));
    }
}
