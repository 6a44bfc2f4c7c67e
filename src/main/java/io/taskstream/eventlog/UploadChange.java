package io.taskstream.eventlog;

import io.taskstream.eventlog.EventLogException.UploadRefused;
import io.taskstream.eventlog.EventLogException.UploadRefused.Reason;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** A change of an upload, which an engine checks and commits together with the events of its batch. */
public sealed interface UploadChange {

    /** Returns the name of the upload. */
    String name();

    /**
     * Returns the upload after the change.
     *
     * @param present the upload now, {@code null} if the task has none of this name
     * @param now the time of the commit
     * @throws UploadRefused if the change is not allowed now
     */
    Upload apply(@Nullable Upload present, Instant now);

    /** Creates the upload; changes nothing if it is there with this type. */
    record Begin(String name, String type) implements UploadChange {

        /**
         * @throws IllegalArgumentException if the name is none
         */
        public Begin {
            Upload.checkName(name);
        }

        @Override
        public Upload apply(@Nullable Upload present, Instant now) {
            if (present == null) {
                return Upload.begin(name, type, now);
            }
            if (!present.type().equals(type)) {
                throw new UploadRefused(Reason.OTHER_TYPE, present);
            }
            return present;
        }
    }

    /**
     * Begins the turn of another request. From this commit on no request of an earlier turn can advance the upload.
     *
     * @param interval the longest silence that the producer announces, in seconds; 0 for none; negative to keep the earlier
     *     one
     */
    record Claim(String name, int interval) implements UploadChange {

        @Override
        public Upload apply(@Nullable Upload present, Instant now) {
            Upload upload = require(present);
            int silence = interval < 0 ? upload.interval() : interval;
            return new Upload(name, upload.type(), upload.offset(), upload.complete(), upload.turn() + 1, now, silence);
        }
    }

    /**
     * Counts the bytes that the events of the batch stand for.
     *
     * @param turn the request's turn
     * @param from the offset before these bytes
     * @param to the offset after them, not before {@code from}
     * @param complete whether no byte follows
     */
    record Advance(String name, long turn, long from, long to, boolean complete) implements UploadChange {

        /**
         * @throws IllegalArgumentException if the upload would shrink
         */
        public Advance {
            if (to < from) {
                throw new IllegalArgumentException("An upload cannot go back from " + from + " to " + to);
            }
        }

        @Override
        public Upload apply(@Nullable Upload present, Instant now) {
            Upload upload = require(present);
            if (upload.turn() != turn) {
                throw new UploadRefused(Reason.CLAIMED, upload);
            }
            if (upload.complete()) {
                throw new UploadRefused(Reason.COMPLETE, upload);
            }
            if (upload.offset() != from) {
                throw new UploadRefused(Reason.OFFSET, upload);
            }
            return new Upload(name, upload.type(), to, complete, turn, now, upload.interval());
        }
    }

    /** Notes that the request of this turn is still open. It may be lost in a crash. */
    record Heard(String name, long turn) implements UploadChange {

        @Override
        public Upload apply(@Nullable Upload present, Instant now) {
            Upload upload = require(present);
            if (upload.turn() != turn) {
                throw new UploadRefused(Reason.CLAIMED, upload);
            }
            return new Upload(name, upload.type(), upload.offset(), upload.complete(), turn, now, upload.interval());
        }
    }

    private static Upload require(@Nullable Upload present) {
        if (present == null) {
            throw new UploadRefused(Reason.ABSENT, null);
        }
        return present;
    }
}
