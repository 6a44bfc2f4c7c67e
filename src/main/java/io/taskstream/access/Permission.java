package io.taskstream.access;

import io.taskstream.task.TaskId;
import org.jspecify.annotations.Nullable;

/** What a request needs a right to. */
public enum Permission {

    /** Nothing: anybody may, even without a token. */
    NONE {
        @Override
        public boolean isIn(Permissions permissions, @Nullable TaskId task) {
            return true;
        }
    },

    /** To be somebody. What they see or do is narrowed down to their rights by the resource itself. */
    TOKEN {
        @Override
        public boolean isIn(Permissions permissions, @Nullable TaskId task) {
            return true;
        }
    },

    /** To watch the task that the path names. */
    WATCH {
        @Override
        public boolean isIn(Permissions permissions, @Nullable TaskId task) {
            return task != null && permissions.mayWatch(task);
        }
    },

    /** To watch that task or to publish to it. */
    LOOK {
        @Override
        public boolean isIn(Permissions permissions, @Nullable TaskId task) {
            return task != null && (permissions.mayWatch(task) || permissions.mayPublish(task));
        }
    },

    /** To publish to the task that the path names. */
    PUBLISH {
        @Override
        public boolean isIn(Permissions permissions, @Nullable TaskId task) {
            return task != null && permissions.mayPublish(task);
        }
    },

    /** To publish to that task, or to any as an administrator. */
    MANAGE {
        @Override
        public boolean isIn(Permissions permissions, @Nullable TaskId task) {
            return task != null && (permissions.admin() || permissions.mayPublish(task));
        }
    },

    /** To be an administrator. */
    ADMIN {
        @Override
        public boolean isIn(Permissions permissions, @Nullable TaskId task) {
            return permissions.admin();
        }
    };

    /**
     * Whether these rights are enough.
     *
     * @param task the one that the path names; {@code null} if it names none, or what can't be one
     */
    public abstract boolean isIn(Permissions permissions, @Nullable TaskId task);
}
