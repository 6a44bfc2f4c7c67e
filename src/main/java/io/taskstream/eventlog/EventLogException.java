package io.taskstream.eventlog;

import io.taskstream.task.TaskId;
import org.jspecify.annotations.Nullable;

/** The reason why an engine refused a call. Unless its class says otherwise, the call had no effect. */
public abstract sealed class EventLogException extends RuntimeException {

    private static final long serialVersionUID = 1;

    private EventLogException(String message, @Nullable Throwable cause) {
        super(message, cause, false, false);
    }

    /** The task does not exist, or not any more. */
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

    /** The log's last event is not the expected one. */
    public static final class UnexpectedLast extends EventLogException {
        private static final long serialVersionUID = 1;

        public UnexpectedLast(EventId last) {
            super("The last event of the log is " + last, null);
        }
    }

    /** A batch with the same idempotency key and other events was appended before. */
    public static final class KeyReused extends EventLogException {
        private static final long serialVersionUID = 1;

        public KeyReused() {
            super("The Idempotency-Key came before with other events", null);
        }
    }

    /** The change of an upload is not allowed. */
    public static final class UploadRefused extends EventLogException {
        private static final long serialVersionUID = 1;

        private final Reason reason;
        private final transient @Nullable Upload upload;
        private final @Nullable String epoch;

        /**
         * @param upload its state now, {@code null} if there is none
         */
        public UploadRefused(Reason reason, @Nullable Upload upload) {
            this(reason, upload, null);
        }

        /**
         * @param epoch the log's epoch when it was refused: it may have another by the time the refusal arrives
         */
        public UploadRefused(Reason reason, @Nullable Upload upload, @Nullable String epoch) {
            super("The upload was refused: " + reason, null);
            this.reason = reason;
            this.upload = upload;
            this.epoch = epoch;
        }

        public Reason reason() {
            return reason;
        }

        /** Returns the upload's state, {@code null} if there is none. */
        public @Nullable Upload upload() {
            return upload;
        }

        /** Returns the log's epoch when it was refused, {@code null} if the engine does not tell. */
        public @Nullable String epoch() {
            return epoch;
        }

        /** Why an upload can't be changed. */
        public enum Reason {

            /** The task has no upload of this name. */
            ABSENT,

            /** The upload has another media type. */
            OTHER_TYPE,

            /** A newer request has claimed the upload. */
            CLAIMED,

            /** The upload has another offset. */
            OFFSET,

            COMPLETE,

            /** The log has lost bytes that had been counted: it continues under another epoch. */
            LOST,

            /** The task has {@link Upload#MAX_PER_TASK} uploads, none of them complete. */
            TOO_MANY
        }
    }

    /**
     * The engine is temporarily unable to work because its disk or network fails. Whether the events of an append were kept
     * is unknown.
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
