package io.taskstream.eventlog.embedded;

import io.taskstream.task.Task;
import java.nio.ByteBuffer;
import org.h2.mvstore.DataUtils;
import org.h2.mvstore.WriteBuffer;
import org.h2.mvstore.type.BasicDataType;

/** How the store writes a {@link StoredTask}. */
final class StoredTaskType extends BasicDataType<StoredTask> {

    static final StoredTaskType INSTANCE = new StoredTaskType();

    private static final int MEMORY = 400;
    private static final int MEMORY_OF_LABEL = 160;

    private StoredTaskType() {}

    @Override
    public int getMemory(StoredTask task) {
        String title = task.task().title();
        int titleLength = title == null ? 0 : title.length();
        return MEMORY + titleLength + task.task().labels().size() * MEMORY_OF_LABEL;
    }

    @Override
    public void write(WriteBuffer out, StoredTask task) {
        out.putVarLong(task.ordinal());
        TaskCodec.write(out, task.task());
        TaskCodec.writeText(out, task.epoch());
        out.putVarLong(task.last()).putVarLong(task.oldest()).putVarLong(task.bytes());
    }

    @Override
    public StoredTask read(ByteBuffer in) {
        long ordinal = DataUtils.readVarLong(in);
        Task task = TaskCodec.read(in);
        String epoch = DataUtils.readString(in);
        return new StoredTask(
                ordinal, task, epoch, DataUtils.readVarLong(in), DataUtils.readVarLong(in), DataUtils.readVarLong(in));
    }

    @Override
    public StoredTask[] createStorage(int size) {
        return new StoredTask[size];
    }
}
