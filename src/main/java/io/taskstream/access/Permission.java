package io.taskstream.access;

import io.taskstream.task.TaskId;
import org.jspecify.annotations.Nullable;

/** The permission that a request needs. */
public enum Permission {

    /** None: the resource is public. */
    NONE,

    /** A valid token. The resource itself reduces its answer to what the caller may see. */
    AUTHENTICATED,

    /** To watch the task in the path. */
    WATCH,

    /** To watch that task or to publish to it. */
    READ,

    /** To publish to the task in the path. */
    PUBLISH,

    /** To publish to that task, or to be an administrator. */
    MANAGE,

    /** To be an administrator. */
    ADMIN;

    /**
     * Whether the caller's permissions include this one.
     *
     * @param task the task in the path; {@code null} if the path has none, or an invalid id
     */
    public boolean isIn(Permissions permissions, @Nullable TaskId task) {
        return switch (this) {
            case NONE, AUTHENTICATED -> true;
            case WATCH -> task != null && permissions.mayWatch(task);
            case READ -> task != null && (permissions.mayWatch(task) || permissions.mayPublish(task));
            case PUBLISH -> task != null && permissions.mayPublish(task);
            case MANAGE -> task != null && (permissions.admin() || permissions.mayPublish(task));
            case ADMIN -> permissions.admin();
        };
    }
}
