package io.taskstream.eventlog;

import io.taskstream.client.TaskStatus;
import io.taskstream.task.Task;
import io.taskstream.task.TaskId;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Selects the tasks to list.
 *
 * @param status of the tasks; {@code null} for any
 * @param labels that each task has
 * @param limit maximum number of tasks
 * @param after the task to continue after; {@code null} to begin with the newest
 * @param visible selects the ids that the caller may see
 */
public record TaskQuery(
        @Nullable TaskStatus status,
        Map<String, String> labels,
        int limit,
        @Nullable TaskId after,
        Predicate<TaskId> visible) {

    /** Creates a query for tasks of any id. */
    public TaskQuery(@Nullable TaskStatus status, Map<String, String> labels, int limit, @Nullable TaskId after) {
        this(status, labels, limit, after, id -> true);
    }

    /** Returns whether the task matches status, labels and visibility. */
    public boolean matches(Task task) {
        return (status == null || status == task.status())
                && visible.test(task.id())
                && labels.entrySet().stream().allMatch(label -> task.hasLabel(label.getKey(), label.getValue()));
    }
}
