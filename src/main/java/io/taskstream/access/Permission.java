package io.taskstream.access;

import io.taskstream.task.TaskId;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;

/** The permission that a request needs. */
public enum Permission {

    /** None: the resource is public. */
    NONE((permissions, task) -> true),

    /** A valid token. The resource itself reduces its answer to what the caller may see. */
    AUTHENTICATED((permissions, task) -> true),

    /** To watch the task in the path. */
    WATCH((permissions, task) -> task != null && permissions.mayWatch(task)),

    /** To watch that task or to publish to it. */
    READ((permissions, task) -> task != null && (permissions.mayWatch(task) || permissions.mayPublish(task))),

    /** To publish to the task in the path. */
    PUBLISH((permissions, task) -> task != null && permissions.mayPublish(task)),

    /** To publish to that task, or to be an administrator. */
    MANAGE((permissions, task) -> task != null && (permissions.admin() || permissions.mayPublish(task))),

    /** To be an administrator. */
    ADMIN((permissions, task) -> permissions.admin());

    private final BiPredicate<Permissions, @Nullable TaskId> isGranted;

    Permission(BiPredicate<Permissions, @Nullable TaskId> isGranted) {
        this.isGranted = isGranted;
    }

    /**
     * Whether the caller's permissions include this one.
     *
     * @param task the task in the path; {@code null} if the path has none, or an invalid id
     */
    public boolean isIn(Permissions permissions, @Nullable TaskId task) {
        return isGranted.test(permissions, task);
    }
}
