package io.taskstream.eventlog;

import io.taskstream.task.TaskId;

/** Why an engine did not do what it was asked to. Nothing of the call took effect. */
public abstract sealed class EventLogException extends RuntimeException {

    private static final long serialVersionUID = 1;

    private EventLogException(String message) {
        super(message, null, false, false);
    }

    /** There is no such task, or not any more. */
    public static final class NoSuchTask extends EventLogException {
        private static final long serialVersionUID = 1;

        public NoSuchTask(TaskId id) {
            super("There is no task " + id);
        }
    }

    /** The task is finished and takes no further event. */
    public static final class TaskFinished extends EventLogException {
        private static final long serialVersionUID = 1;

        public TaskFinished(TaskId id) {
            super("The task " + id + " is finished");
        }
    }

    /** The log's last event is not the one that was expected. */
    public static final class UnexpectedLast extends EventLogException {
        private static final long serialVersionUID = 1;

        public UnexpectedLast(EventId last) {
            super("The last event of the log is " + last);
        }
    }
}
