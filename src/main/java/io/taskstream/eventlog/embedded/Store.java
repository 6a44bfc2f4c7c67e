package io.taskstream.eventlog.embedded;

import io.taskstream.task.Task;
import io.taskstream.task.TaskId;
import io.taskstream.task.TaskStatus;
import java.util.Iterator;
import org.h2.mvstore.Cursor;
import org.h2.mvstore.MVMap;
import org.h2.mvstore.MVStore;
import org.h2.mvstore.type.ByteArrayDataType;
import org.h2.mvstore.type.DataType;
import org.h2.mvstore.type.LongDataType;
import org.h2.mvstore.type.StringDataType;
import org.h2.store.fs.FilePath;
import org.jspecify.annotations.Nullable;

/**
 * The maps in which tasks, events and idempotency keys are kept for long. One thread writes, and commits what belongs
 * together; any thread reads meanwhile. Whatever fails is an {@link org.h2.mvstore.MVStoreException}.
 */
final class Store implements AutoCloseable {

    private static final byte[] NOTHING = {};
    private static final String CHECKPOINT = "checkpoint";
    private static final String NEXT_ORDINAL = "nextOrdinal";
    private static final String BYTES = "bytes";

    private final MVStore mvStore;
    private final MVMap<String, Long> numbers;
    private final MVMap<Long, StoredTask> tasks;
    private final MVMap<String, Long> ordinals;
    private final MVMap<Position, byte[]> byStatus;
    private final MVMap<Position, byte[]> byEnd;
    private final StoredEvents events;
    private final StoredKeys keys;

    private Store(MVStore mvStore) {
        this.mvStore = mvStore;
        // Every commit is brought to the disk before the next, and old versions are kept for readers.
        mvStore.setRetentionTime(0);
        this.numbers = open("numbers", StringDataType.INSTANCE, LongDataType.INSTANCE);
        this.tasks = open("tasks", LongDataType.INSTANCE, StoredTaskType.INSTANCE);
        this.ordinals = open("ordinals", StringDataType.INSTANCE, LongDataType.INSTANCE);
        this.byStatus = open("byStatus", PositionType.INSTANCE, ByteArrayDataType.INSTANCE);
        this.byEnd = open("byEnd", PositionType.INSTANCE, ByteArrayDataType.INSTANCE);
        this.events = new StoredEvents(open("events", PositionType.INSTANCE, ByteArrayDataType.INSTANCE));
        this.keys = new StoredKeys(
                open("keys", StringDataType.INSTANCE, KeyAnswerType.INSTANCE),
                open("keysByTime", PositionType.INSTANCE, StringDataType.INSTANCE));
    }

    private <K, V> MVMap<K, V> open(String name, DataType<K> keyType, DataType<V> valueType) {
        return mvStore.openMap(name, new MVMap.Builder<K, V>().keyType(keyType).valueType(valueType));
    }

    static Store open(FilePath file, int cacheMegabytes) {
        MVStore mvStore = new MVStore.Builder()
                .fileName(file.toString())
                .cacheSize(cacheMegabytes)
                .autoCommitDisabled()
                .open();
        try {
            return new Store(mvStore);
        } catch (RuntimeException e) {
            mvStore.closeImmediately();
            throw e;
        }
    }

    MVStore mvStore() {
        return mvStore;
    }

    StoredEvents events() {
        return events;
    }

    StoredKeys keys() {
        return keys;
    }

    /** The number of the last group of the journal of which the store has everything. */
    long checkpoint() {
        return numbers.getOrDefault(CHECKPOINT, 0L);
    }

    /** The least ordinal that no task ever had. */
    long nextOrdinal() {
        return numbers.getOrDefault(NEXT_ORDINAL, 1L);
    }

    /** How many bytes of frames there are. */
    long bytes() {
        return numbers.getOrDefault(BYTES, 0L);
    }

    private void addBytes(long difference) {
        numbers.put(BYTES, Math.max(0, bytes() + difference));
    }

    @Nullable
    StoredTask task(long ordinal) {
        return tasks.get(ordinal);
    }

    @Nullable
    StoredTask task(TaskId id) {
        Long ordinal = ordinals.get(id.value());
        return ordinal == null ? null : tasks.get(ordinal);
    }

    /** Puts the task in the place of what there is of it. */
    void put(StoredTask task) {
        StoredTask before = tasks.put(task.ordinal(), task);
        addBytes(task.bytes() - (before == null ? 0 : before.bytes()));
        if (before == null) {
            ordinals.put(task.task().id().value(), task.ordinal());
        }
        TaskStatus status = task.task().status();
        if (before == null || before.task().status() != status) {
            if (before != null) {
                removeFromIndexes(before);
            }
            byStatus.put(statusKey(status, task.ordinal()), NOTHING);
            if (status.isFinished()) {
                byEnd.put(endKey(task), NOTHING);
            }
        }
    }

    /** Removes the task; its events are removed elsewhere. */
    void remove(long ordinal) {
        StoredTask task = tasks.remove(ordinal);
        if (task == null) {
            return;
        }
        removeFromIndexes(task);
        String id = task.task().id().value();
        Long current = ordinals.get(id);
        if (current != null && current == ordinal) {
            ordinals.remove(id);
        }
        addBytes(-task.bytes());
    }

    private void removeFromIndexes(StoredTask task) {
        byStatus.remove(statusKey(task.task().status(), task.ordinal()));
        if (task.task().status().isFinished()) {
            byEnd.remove(endKey(task));
        }
    }

    private static Position statusKey(TaskStatus status, long ordinal) {
        return new Position(TaskCodec.code(status), ordinal);
    }

    private static Position endKey(StoredTask task) {
        Task ended = task.task();
        return new Position(ended.finished() == null ? 0 : ended.finished().toEpochMilli(), task.ordinal());
    }

    /** Tasks with ordinals below that one, the newest first; of any status if that is {@code null}. */
    Iterator<StoredTask> newestFirst(long below, @Nullable TaskStatus status) {
        return status == null
                ? new TaskCursor(tasks.cursor(below - 1, null, true), tasks)
                : new TaskCursor(byStatus.cursor(statusKey(status, below - 1), statusKey(status, 0), true), tasks);
    }

    /** How many tasks there are of that status. */
    long count(TaskStatus status) {
        return rank(statusKey(status, Long.MAX_VALUE)) - rank(statusKey(status, 0));
    }

    private long rank(Position key) {
        long index = byStatus.getKeyIndex(key);
        return index < 0 ? -index - 1 : index;
    }

    /** Tasks by when they ended, the earliest first: pairs of the time in milliseconds and the ordinal. */
    Cursor<Position, byte[]> byEnd() {
        return byEnd.cursor(null);
    }

    /** Open tasks, the oldest first. */
    Iterator<StoredTask> openTasks() {
        return new TaskCursor(
                byStatus.cursor(statusKey(TaskStatus.OPEN, 0), statusKey(TaskStatus.OPEN, Long.MAX_VALUE), false),
                tasks);
    }

    /** Brings all to the disk, as one. */
    void commit(long checkpoint, long nextOrdinal) {
        numbers.put(CHECKPOINT, checkpoint);
        numbers.put(NEXT_ORDINAL, nextOrdinal);
        mvStore.commit();
        mvStore.sync();
    }

    /** Whether it has closed itself after a failure. */
    boolean isClosed() {
        return mvStore.isClosed();
    }

    /** Closes without writing anything. */
    void abandon() {
        mvStore.closeImmediately();
    }

    @Override
    public void close() {
        mvStore.close();
    }
}
