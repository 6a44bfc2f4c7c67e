package io.taskstream.eventlog.embedded.journal;

import io.taskstream.client.TaskStatus;
import io.taskstream.eventlog.Batch;
import io.taskstream.eventlog.Uploads;
import io.taskstream.task.EventData;
import io.taskstream.task.Task;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.h2.mvstore.DataUtils;
import org.h2.mvstore.WriteBuffer;
import org.jspecify.annotations.Nullable;

/** A change of one task, as the journal records it. */
public sealed interface JournalRecord {

    /** Returns the ordinal of the task. */
    long ordinal();

    /** Appends the record's bytes to a commit group. */
    void write(WriteBuffer out);

    /**
     * Reads one record.
     *
     * @throws IllegalStateException if the kind of the record is unknown
     */
    static JournalRecord read(ByteBuffer in) {
        byte kind = in.get();
        return switch (kind) {
            case TaskCreated.KIND -> TaskCreated.read(in);
            case TaskDeleted.KIND -> new TaskDeleted(DataUtils.readVarLong(in));
            case BatchAppended.KIND -> BatchAppended.read(in, null);
            case BatchAppended.KIND_WITH_UPLOAD -> BatchAppended.read(in, UploadChanged.read(in));
            default -> throw new IllegalStateException("The journal holds an unknown change: " + kind);
        };
    }

    /** The creation of a task with an empty log. */
    record TaskCreated(long ordinal, String epoch, Task task) implements JournalRecord {

        private static final byte KIND = 1;

        @Override
        public void write(WriteBuffer out) {
            out.put(KIND).putVarLong(ordinal);
            TaskCodec.writeText(out, epoch);
            TaskCodec.write(out, task);
        }

        private static TaskCreated read(ByteBuffer in) {
            return new TaskCreated(DataUtils.readVarLong(in), DataUtils.readString(in), TaskCodec.read(in));
        }
    }

    /** The deletion of a task with its log. */
    record TaskDeleted(long ordinal) implements JournalRecord {

        private static final byte KIND = 2;

        @Override
        public void write(WriteBuffer out) {
            out.put(KIND).putVarLong(ordinal);
        }
    }

    /**
     * The change of an upload in a batch.
     *
     * @param epoch the epoch of the log when it was committed; if it is another one later, the log has lost events
     */
    record UploadChanged(Uploads.Step step, String epoch) {

        private void write(WriteBuffer out) {
            TaskCodec.write(out, step.upload());
            TaskCodec.writeOptional(out, step.removed());
            TaskCodec.writeText(out, epoch);
        }

        private static UploadChanged read(ByteBuffer in) {
            var step = new Uploads.Step(TaskCodec.readUpload(in), TaskCodec.readOptional(in));
            return new UploadChanged(step, DataUtils.readString(in));
        }
    }

    /**
     * An appended batch.
     *
     * @param first the sequence of its first event; the next event's if it has none
     * @param timeMillis when it was appended, in milliseconds since 1970
     * @param end the task's final status, {@code null} if the batch does not finish it
     * @param key the idempotency key, {@code null} for none
     * @param fingerprint digest of the events, computed and not stored; {@code null} without a key
     * @param traceparent the trace of the request, {@code null} for none
     * @param events each event's JSON in UTF-8
     * @param upload the change of an upload, {@code null} for none
     */
    record BatchAppended(
            long ordinal,
            long first,
            long timeMillis,
            @Nullable TaskStatus end,
            @Nullable String key,
            @Nullable String fingerprint,
            @Nullable String traceparent,
            List<byte[]> events,
            @Nullable UploadChanged upload)
            implements JournalRecord {

        private static final byte KIND = 3;
        private static final byte KIND_WITH_UPLOAD = 4;

        public static BatchAppended of(
                long ordinal, long first, long timeMillis, Batch batch, @Nullable UploadChanged upload) {
            return new BatchAppended(
                    ordinal,
                    first,
                    timeMillis,
                    batch.end(),
                    batch.idempotencyKey(),
                    batch.fingerprint(),
                    batch.traceparent(),
                    batch.events().stream().map(EventData::json).toList(),
                    upload);
        }

        /** Returns the sequence of the last event; the preceding event's if the batch has none. */
        public long last() {
            return first + events.size() - 1;
        }

        @Override
        public void write(WriteBuffer out) {
            if (upload == null) {
                out.put(KIND);
            } else {
                out.put(KIND_WITH_UPLOAD);
                upload.write(out);
            }
            out.putVarLong(ordinal).putVarLong(first).putVarLong(timeMillis);
            TaskCodec.writeStatus(out, end == null ? TaskStatus.OPEN : end);
            TaskCodec.writeOptional(out, key);
            TaskCodec.writeOptional(out, traceparent);
            out.putVarInt(events.size());
            for (byte[] event : events) {
                out.putVarInt(event.length).put(event);
            }
        }

        private static BatchAppended read(ByteBuffer in, @Nullable UploadChanged upload) {
            long ordinal = DataUtils.readVarLong(in);
            long first = DataUtils.readVarLong(in);
            long timeMillis = DataUtils.readVarLong(in);
            TaskStatus end = TaskCodec.readStatus(in);
            String key = TaskCodec.readOptional(in);
            String traceparent = TaskCodec.readOptional(in);
            int count = DataUtils.readVarInt(in);
            List<byte[]> events = new ArrayList<>(count);
            for (int i = 0; i < count; i++) {
                byte[] event = new byte[DataUtils.readVarInt(in)];
                in.get(event);
                events.add(event);
            }
            return new BatchAppended(
                    ordinal,
                    first,
                    timeMillis,
                    end == TaskStatus.OPEN ? null : end,
                    key,
                    key == null ? null : Batch.fingerprint(events),
                    traceparent,
                    events,
                    upload);
        }
    }
}
