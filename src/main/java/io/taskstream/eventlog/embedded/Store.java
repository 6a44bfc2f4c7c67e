package io.taskstream.eventlog.embedded;

import io.taskstream.eventlog.OwnerOnly;
import io.taskstream.task.Task;
import io.taskstream.task.TaskId;
import io.taskstream.task.TaskStatus;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.random.RandomGenerator;
import org.h2.mvstore.Cursor;
import org.h2.mvstore.MVMap;
import org.h2.mvstore.MVStore;
import org.h2.store.fs.FilePath;
import org.jspecify.annotations.Nullable;

/**
 * The maps in which tasks, events and idempotency keys are kept for long. One thread writes, and commits what belongs
 * together; any thread reads meanwhile. Whatever fails is an {@link org.h2.mvstore.MVStoreException}.
 */
final class Store implements AutoCloseable {

    static final byte[] NOTHING = {};
    static final String CHECKPOINT = "checkpoint";
    static final String NEXT_ORDINAL = "nextOrdinal";
    private static final String BYTES = "bytes";

    private final MVStore mvStore;
    private final MVMap<String, Long> numbers;
    private final MVMap<Long, StoredTask> tasks;
    private final MVMap<String, Long> ordinals;
    private final MVMap<CompositeKey, byte[]> byStatus;
    private final MVMap<CompositeKey, byte[]> byEnd;
    private final MVMap<Long, byte[]> deleted;
    private final StoredEvents events;
    private final StoredKeys keys;

    private Store(MVStore mvStore) {
        this.mvStore = mvStore;
        // Every commit is brought to the disk before the next, and old versions are kept for readers.
        mvStore.setRetentionTime(0);
        this.numbers = Table.NUMBERS.open(mvStore);
        this.tasks = Table.TASKS.open(mvStore);
        this.ordinals = Table.ORDINALS.open(mvStore);
        this.byStatus = Table.BY_STATUS.open(mvStore);
        this.byEnd = Table.BY_END.open(mvStore);
        this.deleted = Table.DELETED.open(mvStore);
        this.events = new StoredEvents(Table.EVENTS.open(mvStore));
        this.keys = new StoredKeys(Table.KEYS.open(mvStore), Table.KEYS_BY_TIME.open(mvStore));
    }

    /** Makes the file, or takes it away from all users but its owner. */
    static void protect(FilePath file) {
        try {
            OwnerOnly.file(Path.of(file.unwrap().toString()));
        } catch (IOException e) {
            // Whoever opens the file next says why it can't be had; one that belongs to another user can be used as it
            // is.
        }
    }

    /** Opens the file alone, so that what is damaged in it can be told from what is not. */
    static MVStore openFile(FilePath file, int cacheMegabytes) {
        protect(file);
        MVStore.Builder builder = new MVStore.Builder()
                .fileName(file.toString())
                .cacheSize(cacheMegabytes)
                .autoCommitDisabled();
        try {
            return builder.open();
        } catch (IndexOutOfBoundsException
                | BufferUnderflowException
                | NegativeArraySizeException
                | IllegalArgumentException e) {
            throw Corruption.of(e);
        }
    }

    static Store open(FilePath file, int cacheMegabytes) {
        MVStore mvStore = openFile(file, cacheMegabytes);
        try {
            return new Store(mvStore);
        } catch (RuntimeException | Error e) {
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

    /** About how many bytes of the file hold what is kept. */
    long bytes() {
        return numbers.getOrDefault(BYTES, 0L) + keys.bytes();
    }

    /** How many bytes the file has. */
    long fileBytes() {
        return mvStore.getFileStore().size();
    }

    /** Tasks that are gone, of which there may still be events, by ordinal. */
    MVMap<Long, byte[]> deleted() {
        return deleted;
    }

    private void addBytes(long difference) {
        numbers.put(BYTES, Math.max(0, numbers.getOrDefault(BYTES, 0L) + difference));
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
        addBytes(task.size() - (before == null ? 0 : before.size()));
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
        addBytes(-task.size());
    }

    private void removeFromIndexes(StoredTask task) {
        byStatus.remove(statusKey(task.task().status(), task.ordinal()));
        if (task.task().status().isFinished()) {
            byEnd.remove(endKey(task));
        }
    }

    private static CompositeKey statusKey(TaskStatus status, long ordinal) {
        return new CompositeKey(TaskCodec.code(status), ordinal);
    }

    private static CompositeKey endKey(StoredTask task) {
        Task ended = task.task();
        return new CompositeKey(ended.finished() == null ? 0 : ended.finished().toEpochMilli(), task.ordinal());
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

    private long rank(CompositeKey key) {
        long index = byStatus.getKeyIndex(key);
        return index < 0 ? -index - 1 : index;
    }

    /** Tasks by when they ended, the earliest first: pairs of the time in milliseconds and the ordinal. */
    Cursor<CompositeKey, byte[]> byEnd() {
        return byEnd.cursor(null);
    }

    /** Open tasks, the oldest first. */
    Iterator<StoredTask> openTasks() {
        return new TaskCursor(
                byStatus.cursor(statusKey(TaskStatus.OPEN, 0), statusKey(TaskStatus.OPEN, Long.MAX_VALUE), false),
                tasks);
    }

    /** Gives open tasks other epochs, and brings that to the disk. */
    void renewEpochs(RandomGenerator random) {
        openTasks().forEachRemaining(task -> put(task.in(Epochs.next(random))));
        commit(checkpoint(), nextOrdinal());
    }

    /** Brings all to the disk, as one. */
    void commit(long checkpoint, long nextOrdinal) {
        numbers.put(CHECKPOINT, checkpoint);
        numbers.put(NEXT_ORDINAL, nextOrdinal);
        mvStore.commit();
        mvStore.sync();
    }

    /** Whether it was opened for reading only, since its file can't be written. */
    boolean isReadOnly() {
        return mvStore.isReadOnly();
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
