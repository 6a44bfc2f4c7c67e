package io.taskstream.eventlog;

import io.taskstream.task.TaskId;
import org.jspecify.annotations.Nullable;

/** Why an engine did not do what it was asked to. Unless its class says otherwise, nothing of the call took effect. */
public abstract sealed class EventLogException extends RuntimeException {

    private static final long serialVersionUID = 1;

    private EventLogException(String message, @Nullable Throwable cause) {
        super(message, cause, false, false);
    }

    /** There is no such task, or not any more. */
    public static final class NoSuchTask extends EventLogException {
        private static final long serialVersionUID = 1;

        public NoSuchTask(TaskId id) {
            super("There is no task " + id, null);
        }
    }

    /** The task is finished and takes no further event. */
    public static final class TaskFinished extends EventLogException {
        private static final long serialVersionUID = 1;

        public TaskFinished(TaskId id) {
            super("The task " + id + " is finished", null);
        }
    }

    /** The log's last event is not the one that was expected. */
    public static final class UnexpectedLast extends EventLogException {
        private static final long serialVersionUID = 1;

        public UnexpectedLast(EventId last) {
            super("The last event of the log is " + last, null);
        }
    }

    /** A batch with the same idempotency key and other events came before. */
    public static final class KeyReused extends EventLogException {
        private static final long serialVersionUID = 1;

        public KeyReused() {
            super("The Idempotency-Key came before with other events", null);
        }
    }

    /**
     * The engine can't do its work now, and may be able to later; its disk or its network fails. What was to be appended
     * is not acknowledged; whether it is kept is not known.
     */
    public static final class Unavailable extends EventLogException {
        private static final long serialVersionUID = 1;

        /**
         * @param message what is wrong, for people
         */
        public Unavailable(String message, @Nullable Throwable cause) {
            super(message, cause);
        }
    }
}
