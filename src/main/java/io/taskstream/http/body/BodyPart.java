package io.taskstream.http.body;

import io.taskstream.eventlog.Batch;
import io.taskstream.eventlog.EventId;
import io.taskstream.eventlog.EventLog;
import io.taskstream.eventlog.EventLogException;
import io.taskstream.eventlog.UploadChange;
import io.taskstream.task.EventData;
import io.taskstream.task.TaskId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The place of a request's body in what its producer publishes. Makes the batches of its events. */
public sealed interface BodyPart {

    /** Tells whether the body begins the producer's bytes. A byte order mark is skipped only there. */
    boolean isFirst();

    /** Tells whether the body ends the producer's bytes; otherwise an unfinished character is left for the next request. */
    boolean isLast();

    /**
     * Returns a batch of consecutive events.
     *
     * @param from the number of bytes of this body before those of the events
     * @param to the number of bytes up to the end of the events
     */
    Batch batch(List<EventData> events, long from, long to);

    /** Returns a batch without events that commits the end of the body; {@code null} if there is nothing to commit. */
    @Nullable
    Batch end(long from, long to);

    /**
     * Checks the condition of a body that had no event at all, because only a batch of events takes it to the log. May wait
     * for the log.
     *
     * @throws EventLogException.UnexpectedLast if the log has another last event than the expected one
     */
    default void checkEmpty(EventLog log, TaskId task) {}

    /**
     * A body of its own.
     *
     * @param expectedLast publish only if this is the last event of the log; {@code null} for any
     * @param traceparent the trace of the request, {@code null} for none
     */
    record Whole(@Nullable EventId expectedLast, @Nullable String traceparent) implements BodyPart {

        @Override
        public boolean isFirst() {
            return true;
        }

        @Override
        public boolean isLast() {
            return true;
        }

        @Override
        public Batch batch(List<EventData> events, long from, long to) {
            return new Batch(events, from == 0 ? expectedLast : null, null, traceparent);
        }

        @Override
        public @Nullable Batch end(long from, long to) {
            return null;
        }

        @Override
        public void checkEmpty(EventLog log, TaskId task) {
            if (expectedLast == null) {
                return;
            }
            EventId last = log.find(task)
                    .orElseThrow(() -> new EventLogException.NoSuchTask(task))
                    .last();
            if (!last.equals(expectedLast)) {
                throw new EventLogException.UnexpectedLast(last);
            }
        }
    }

    /**
     * Bytes of an upload.
     *
     * @param turn the request's turn
     * @param offset the upload's bytes before this body
     * @param isLast whether the body completes the upload
     * @param traceparent the trace of the request, {@code null} for none
     */
    record OfUpload(
            String name,
            long turn,
            long offset,
            boolean isLast,
            @Nullable String traceparent) implements BodyPart {

        @Override
        public boolean isFirst() {
            return offset == 0;
        }

        @Override
        public Batch batch(List<EventData> events, long from, long to) {
            return Batch.of(events, advance(from, to, false), traceparent);
        }

        /** Bytes that are no event, such as blank lines, count as well. */
        @Override
        public @Nullable Batch end(long from, long to) {
            return from == to && !isLast ? null : Batch.of(List.of(), advance(from, to, isLast), traceparent);
        }

        private UploadChange advance(long from, long to, boolean complete) {
            return new UploadChange.Advance(name, turn, offset + from, offset + to, complete);
        }
    }
}
