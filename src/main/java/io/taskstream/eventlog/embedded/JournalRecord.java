package io.taskstream.eventlog.embedded;

import io.taskstream.eventlog.Batch;
import io.taskstream.task.EventData;
import io.taskstream.task.Task;
import io.taskstream.task.TaskStatus;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.h2.mvstore.DataUtils;
import org.h2.mvstore.WriteBuffer;
import org.jspecify.annotations.Nullable;

/** One thing that happened to a task, as the journal has it. */
sealed interface JournalRecord {

    /** Of the task that it happened to. */
    long ordinal();

    void write(WriteBuffer out);

    /**
     * Reads one.
     *
     * @throws IllegalStateException if it is none
     */
    static JournalRecord read(ByteBuffer in) {
        byte kind = in.get();
        return switch (kind) {
            case TaskCreated.KIND -> TaskCreated.read(in);
            case TaskDeleted.KIND -> new TaskDeleted(DataUtils.readVarLong(in));
            case BatchAppended.KIND -> BatchAppended.read(in);
            default -> throw new IllegalStateException("The journal holds an unknown change: " + kind);
        };
    }

    /** The task was created, its log being empty. */
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

    /** The task was forgotten. */
    record TaskDeleted(long ordinal) implements JournalRecord {

        private static final byte KIND = 2;

        @Override
        public void write(WriteBuffer out) {
            out.put(KIND).putVarLong(ordinal);
        }
    }

    /**
     * A batch was appended.
     *
     * @param first the sequence of its first event
     * @param timeMillis when, since 1970
     * @param end the status in which it leaves the task, {@code null} if the task goes on
     * @param key its idempotency key, {@code null} for none
     * @param fingerprint of its events, which the journal has: so it is not written; {@code null} without a key
     * @param traceparent its trace, {@code null} for none
     * @param events the JSON of each, in UTF-8
     */
    record BatchAppended(
            long ordinal,
            long first,
            long timeMillis,
            @Nullable TaskStatus end,
            @Nullable String key,
            @Nullable String fingerprint,
            @Nullable String traceparent,
            List<byte[]> events)
            implements JournalRecord {

        private static final byte KIND = 3;

        static BatchAppended of(long ordinal, long first, long timeMillis, Batch batch) {
            return new BatchAppended(
                    ordinal,
                    first,
                    timeMillis,
                    batch.end(),
                    batch.idempotencyKey(),
                    batch.fingerprint(),
                    batch.traceparent(),
                    batch.events().stream().map(EventData::json).toList());
        }

        long last() {
            return first + events.size() - 1;
        }

        @Override
        public void write(WriteBuffer out) {
            out.put(KIND).putVarLong(ordinal).putVarLong(first).putVarLong(timeMillis);
            TaskCodec.writeStatus(out, end == null ? TaskStatus.OPEN : end);
            TaskCodec.writeOptional(out, key);
            TaskCodec.writeOptional(out, traceparent);
            out.putVarInt(events.size());
            for (byte[] event : events) {
                out.putVarInt(event.length).put(event);
            }
        }

        private static BatchAppended read(ByteBuffer in) {
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
                    events);
        }
    }
}
