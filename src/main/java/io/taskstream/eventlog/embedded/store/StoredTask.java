package io.taskstream.eventlog.embedded.store;

import io.taskstream.eventlog.EventId;
import io.taskstream.eventlog.LogState;
import io.taskstream.eventlog.Upload;
import io.taskstream.eventlog.Uploads;
import io.taskstream.eventlog.embedded.journal.TaskCodec;
import io.taskstream.task.Task;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.h2.mvstore.DataUtils;
import org.h2.mvstore.WriteBuffer;

/**
 * A task's record in the store.
 *
 * @param ordinal number of the task in order of creation; never reused
 * @param epoch the epoch of its log
 * @param last the sequence of its last event
 * @param oldest the sequence of the oldest event that is kept
 * @param bytes bytes of its frames in the store
 */
public record StoredTask(long ordinal, Task task, String epoch, long last, long oldest, long bytes, Uploads uploads) {

    static final CheckedType<StoredTask> TYPE =
            new CheckedType<>(StoredTask.class, StoredTask::memory, StoredTask::write, StoredTask::read, null);

    private static final long TASK_BYTES = 160;
    private static final long EVENT_BYTES = 6;
    private static final long UPLOAD_BYTES = 48;

    private static int memory(StoredTask stored) {
        String title = stored.task.title();
        return 400
                + (title == null ? 0 : title.length())
                + stored.task.labels().size() * 160
                + stored.uploads.size() * 240;
    }

    private static void write(WriteBuffer out, StoredTask stored) {
        out.putVarLong(stored.ordinal);
        TaskCodec.write(out, stored.task);
        TaskCodec.writeText(out, stored.epoch);
        out.putVarLong(stored.last).putVarLong(stored.oldest).putVarLong(stored.bytes);
        write(out, stored.uploads.present());
        write(out, stored.uploads.lost());
    }

    private static void write(WriteBuffer out, List<Upload> uploads) {
        out.putVarInt(uploads.size());
        uploads.forEach(upload -> TaskCodec.write(out, upload));
    }

    private static StoredTask read(ByteBuffer in) {
        return new StoredTask(
                DataUtils.readVarLong(in),
                TaskCodec.read(in),
                DataUtils.readString(in),
                DataUtils.readVarLong(in),
                DataUtils.readVarLong(in),
                DataUtils.readVarLong(in),
                new Uploads(readUploads(in), readUploads(in)));
    }

    private static List<Upload> readUploads(ByteBuffer in) {
        List<Upload> uploads = new ArrayList<>();
        for (int left = DataUtils.readVarInt(in); left > 0; left--) {
            uploads.add(TaskCodec.readUpload(in));
        }
        return uploads;
    }

    /** Estimates the bytes of the store's file that hold the task and its events. */
    public long size() {
        long text = 2L * task.id().value().length()
                + (task.title() == null ? 0 : task.title().length());
        for (Map.Entry<String, String> label : task.labels().entrySet()) {
            text += label.getKey().length() + label.getValue().length();
        }
        return TASK_BYTES + text + bytes + EVENT_BYTES * (last - oldest + 1) + UPLOAD_BYTES * uploads.size();
    }

    /** Returns the task after events were added or removed. */
    public StoredTask with(long newOldest, long newBytes) {
        return new StoredTask(ordinal, task, epoch, last, newOldest, newBytes, uploads);
    }

    /** Returns the task after its log has lost events. */
    StoredTask withEpoch(String newEpoch) {
        return new StoredTask(ordinal, task, newEpoch, last, oldest, bytes, uploads.lose());
    }

    public LogState state() {
        return new LogState(task, new EventId(epoch, last), oldest, 0, uploads.present());
    }
}
