package io.taskstream.eventlog.embedded.journal;

import io.taskstream.client.TaskStatus;
import io.taskstream.eventlog.Upload;
import io.taskstream.task.Task;
import io.taskstream.task.TaskId;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.h2.mvstore.DataUtils;
import org.h2.mvstore.WriteBuffer;
import org.jspecify.annotations.Nullable;

/** The binary form of tasks, uploads and texts, the same in the journal and in the store. */
public final class TaskCodec {

    private TaskCodec() {}

    public static void write(WriteBuffer out, Task task) {
        writeText(out, task.id().value());
        writeOptional(out, task.title());
        out.putVarInt(task.labels().size());
        task.labels().forEach((key, value) -> {
            writeText(out, key);
            writeText(out, value);
        });
        writeTime(out, task.created());
        writeStatus(out, task.status());
        if (task.finished() != null) {
            writeTime(out, task.finished());
        }
    }

    public static Task read(ByteBuffer in) {
        TaskId id = new TaskId(DataUtils.readString(in));
        String title = readOptional(in);
        int count = DataUtils.readVarInt(in);
        Map<String, String> labels = new HashMap<>();
        for (int i = 0; i < count; i++) {
            labels.put(DataUtils.readString(in), DataUtils.readString(in));
        }
        Instant created = readTime(in);
        TaskStatus status = readStatus(in);
        return new Task(id, title, labels, created, status, status.isFinished() ? readTime(in) : null);
    }

    /** The time is in milliseconds, as the engine's clock. */
    public static void write(WriteBuffer out, Upload upload) {
        writeText(out, upload.name());
        writeText(out, upload.type());
        out.putVarLong(upload.offset()).put((byte) (upload.complete() ? 1 : 0));
        out.putVarLong(upload.turn()).putVarLong(upload.heard().toEpochMilli()).putVarInt(upload.interval());
    }

    public static Upload readUpload(ByteBuffer in) {
        return new Upload(
                DataUtils.readString(in),
                DataUtils.readString(in),
                DataUtils.readVarLong(in),
                in.get() != 0,
                DataUtils.readVarLong(in),
                Instant.ofEpochMilli(DataUtils.readVarLong(in)),
                DataUtils.readVarInt(in));
    }

    static void writeStatus(WriteBuffer out, TaskStatus status) {
        out.put(code(status));
    }

    static TaskStatus readStatus(ByteBuffer in) {
        byte code = in.get();
        for (TaskStatus status : TaskStatus.values()) {
            if (code(status) == code) {
                return status;
            }
        }
        throw new IllegalStateException("The log holds an unknown status: " + code);
    }

    /** Returns the number that stands for the status in files. */
    public static byte code(TaskStatus status) {
        return switch (status) {
            case OPEN -> 0;
            case COMPLETED -> 1;
            case FAILED -> 2;
            case CANCELLED -> 3;
        };
    }

    public static void writeOptional(WriteBuffer out, @Nullable String text) {
        out.put((byte) (text == null ? 0 : 1));
        if (text != null) {
            writeText(out, text);
        }
    }

    public static @Nullable String readOptional(ByteBuffer in) {
        return in.get() == 0 ? null : DataUtils.readString(in);
    }

    public static void writeText(WriteBuffer out, String text) {
        out.putVarInt(text.length()).putStringData(text, text.length());
    }

    private static void writeTime(WriteBuffer out, Instant time) {
        out.putVarLong(time.getEpochSecond()).putVarInt(time.getNano());
    }

    private static Instant readTime(ByteBuffer in) {
        return Instant.ofEpochSecond(DataUtils.readVarLong(in), DataUtils.readVarInt(in));
    }
}
