package io.taskstream.eventlog.embedded.store;

import io.taskstream.client.TaskStatus;
import io.taskstream.eventlog.EventId;
import io.taskstream.eventlog.OwnerOnly;
import io.taskstream.eventlog.embedded.journal.TaskCodec;
import io.taskstream.task.Task;
import io.taskstream.task.TaskId;
import java.nio.BufferUnderflowException;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.random.RandomGenerator;
import org.h2.mvstore.Cursor;
import org.h2.mvstore.DataUtils;
import org.h2.mvstore.FileStore;
import org.h2.mvstore.MVMap;
import org.h2.mvstore.MVStore;
import org.h2.store.fs.FilePath;
import org.jspecify.annotations.Nullable;

/**
 * The maps of tasks, events and idempotency keys. One thread writes and commits; any thread reads meanwhile. Every failure is
 * an {@link org.h2.mvstore.MVStoreException}.
 */
public final class Store implements AutoCloseable {

    static final String CHECKPOINT = "checkpoint";
    static final String NEXT_ORDINAL = "nextOrdinal";
    private static final String BYTES = "bytes";
    private static final byte[] NOTHING = {};

    /** The heap that uncommitted changes may take, in bytes; the pages that they touch count whole. */
    private static final int MANY = 16 << 20;

    /** The version of the tables' format; 0 had no uploads. */
    private static final int FORMAT = 1;

    /** Below this share of live data, in percent, the file is compacted. */
    private static final int FILL_RATE = 60;

    /** The same while the file is larger than retention permits. */
    private static final int CROWDED_FILL_RATE = 80;

    private static final int ANY_FILL_RATE = 100;
    private static final long SMALL_FILE = 4 << 20;

    /** Bytes that are moved at once: few, so that they fit into small holes. */
    private static final int SMALL_PIECE = 2 << 20;

    /** The same where chunks are full and must be moved whole; larger ones stay where they are. */
    private static final int LARGE_PIECE = 16 << 20;

    private static final int PIECES = 4;
    private static final int MORE_PIECES = 16;

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
        // Every commit is forced to the disk before the next, and readers keep old versions.
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

    /** Opens the file but no table, so that corruption of the file is told from other failures. */
    static MVStore openFile(FilePath file, int cacheMegabytes) {
        OwnerOnly.fileIfPossible(Path.of(file.unwrap().toString()));
        MVStore.Builder builder = new MVStore.Builder()
                .fileName(file.toString())
                .cacheSize(cacheMegabytes)
                // Neither at intervals nor, for want of memory, between two changes that belong together.
                .autoCommitDisabled()
                .autoCommitBufferSize(0);
        try {
            return inFormat(builder.open());
        } catch (IndexOutOfBoundsException
                | BufferUnderflowException
                | NegativeArraySizeException
                | IllegalArgumentException e) {
            throw Corruption.of(e);
        }
    }

    private static MVStore inFormat(MVStore store) {
        if (store.getMapNames().isEmpty() && !store.isReadOnly()) {
            store.setStoreVersion(FORMAT);
        }
        int format = store.getStoreVersion();
        if (format != FORMAT) {
            store.closeImmediately();
            throw DataUtils.newMVStoreException(
                    DataUtils.ERROR_UNSUPPORTED_FORMAT, "its format is {0}, not {1}", format, FORMAT);
        }
        return store;
    }

    static Store open(FilePath file, int cacheMegabytes) {
        MVStore mvStore = openFile(file, cacheMegabytes);
        try {
            var store = new Store(mvStore);
            IndexRepair.runOnce(store);
            return store;
        } catch (RuntimeException | Error e) {
            mvStore.closeImmediately();
            throw e;
        }
    }

    MVStore mvStore() {
        return mvStore;
    }

    public StoredEvents events() {
        return events;
    }

    public StoredKeys keys() {
        return keys;
    }

    /** Returns the number of the last commit group of the journal whose changes are all in the store. */
    public long checkpoint() {
        return numbers.getOrDefault(CHECKPOINT, 0L);
    }

    /** Returns the least ordinal that no task ever had. */
    public long nextOrdinal() {
        return numbers.getOrDefault(NEXT_ORDINAL, 1L);
    }

    /** Estimates the bytes of the file that hold live data. */
    public long bytes() {
        return numbers.getOrDefault(BYTES, 0L) + keys.bytes();
    }

    /** Returns the size of the file in bytes. */
    public long fileBytes() {
        return mvStore.getFileStore().size();
    }

    void setBytes(long bytes) {
        numbers.put(BYTES, bytes);
    }

    private void addBytes(long difference) {
        numbers.put(BYTES, Math.max(0, numbers.getOrDefault(BYTES, 0L) + difference));
    }

    public @Nullable StoredTask task(long ordinal) {
        return tasks.get(ordinal);
    }

    public @Nullable StoredTask task(TaskId id) {
        Long ordinal = ordinals.get(id.value());
        return ordinal == null ? null : tasks.get(ordinal);
    }

    /** Inserts or replaces the record of a task. */
    public void put(StoredTask task) {
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
            addToIndexes(task);
        }
    }

    /** Adds a task to the indexes by status and by end. */
    void addToIndexes(StoredTask task) {
        TaskStatus status = task.task().status();
        byStatus.put(statusKey(status, task.ordinal()), NOTHING);
        if (status.isFinished()) {
            byEnd.put(endKey(task), NOTHING);
        }
    }

    /**
     * Removes a task and at most {@code limit} blocks of its events; {@link #removeDeletedEvents} removes the others.
     *
     * @return the number of removed blocks
     */
    public int remove(long ordinal, int limit) {
        removeRecord(ordinal);
        int removed = events.remove(ordinal, limit);
        if (removed == limit) {
            deleted.put(ordinal, NOTHING);
        }
        return removed;
    }

    private void removeRecord(long ordinal) {
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

    /**
     * Removes at most {@code limit} blocks of tasks that were removed before.
     *
     * @return the number of removed blocks
     */
    public int removeDeletedEvents(int limit) {
        int removed = 0;
        Long ordinal = deleted.firstKey();
        while (ordinal != null && removed < limit) {
            removed += events.remove(ordinal, limit - removed);
            if (removed < limit) {
                deleted.remove(ordinal);
            }
            ordinal = deleted.firstKey();
        }
        return removed;
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

    /** Returns the tasks with ordinals below {@code below}, newest first; of any status if that is {@code null}. */
    public Iterator<StoredTask> newestFirst(long below, @Nullable TaskStatus status) {
        return new TaskIterator(
                status == null
                        ? tasks.cursor(below - 1, null, true)
                        : byStatus.cursor(statusKey(status, below - 1), statusKey(status, 0), true));
    }

    /** Returns the number of tasks in that status. */
    public long count(TaskStatus status) {
        return rank(statusKey(status, Long.MAX_VALUE)) - rank(statusKey(status, 0));
    }

    private long rank(CompositeKey key) {
        long index = byStatus.getKeyIndex(key);
        return index < 0 ? -index - 1 : index;
    }

    /** Returns the finished tasks, the one that ended first at the head. */
    public Iterator<StoredTask> finishedTasks() {
        return new TaskIterator(byEnd.cursor(null));
    }

    /** Returns the open tasks, oldest first. */
    public Iterator<StoredTask> openTasks() {
        return new TaskIterator(
                byStatus.cursor(statusKey(TaskStatus.OPEN, 0), statusKey(TaskStatus.OPEN, Long.MAX_VALUE), false));
    }

    /** Iterates over an index of tasks; skips tasks that are removed meanwhile. */
    private final class TaskIterator implements Iterator<StoredTask> {

        private final Cursor<?, ?> index;
        private @Nullable StoredTask next;

        TaskIterator(Cursor<?, ?> index) {
            this.index = index;
        }

        @Override
        public boolean hasNext() {
            while (next == null && index.hasNext()) {
                next = index.next() instanceof CompositeKey key
                        ? tasks.get(key.suffix())
                        : (StoredTask) index.getValue();
            }
            return next != null;
        }

        @Override
        public StoredTask next() {
            StoredTask task = hasNext() ? next : null;
            if (task == null) {
                throw new NoSuchElementException();
            }
            next = null;
            return task;
        }
    }

    /** Gives every open task a new epoch and commits. */
    public void renewEpochs(RandomGenerator random) {
        openTasks().forEachRemaining(task -> {
            put(task.withEpoch(EventId.newEpoch(random)));
            commitIfMany(nextOrdinal());
        });
        commit(checkpoint(), nextOrdinal());
    }

    /** Commits all changes atomically and forces them to the disk. */
    public void commit(long checkpoint, long nextOrdinal) {
        numbers.put(CHECKPOINT, checkpoint);
        numbers.put(NEXT_ORDINAL, nextOrdinal);
        mvStore.commit();
        mvStore.sync();
    }

    /**
     * Commits, with the checkpoint as it was, if the changes take much of the heap. The file must be complete without the
     * changes that follow.
     *
     * @return whether all changes are on the disk
     */
    public boolean commitIfMany(long nextOrdinal) {
        boolean isMany = mvStore.getUnsavedMemory() >= MANY;
        if (isMany) {
            commit(checkpoint(), nextOrdinal);
        }
        return isMany;
    }

    /**
     * Rewrites live data of the emptiest and oldest chunks toward the beginning of the file, so that its end can be cut off.
     * MVStore's own {@code compactFile} violates its own assertions where chunks are large.
     *
     * @param maxFileBytes a larger file is compacted more eagerly
     */
    public void compact(long maxFileBytes) {
        FileStore<?> file = mvStore.getFileStore();
        boolean isCrowded = file.size() > maxFileBytes;
        int pieces = isCrowded ? MORE_PIECES : PIECES;
        int fillRate = isCrowded ? CROWDED_FILL_RATE : FILL_RATE;
        for (int i = 0; i < pieces && isSparse(file, fillRate); i++) {
            boolean hasHoles = file.getChunksFillRate() < FILL_RATE;
            if (!mvStore.compact(ANY_FILL_RATE, hasHoles ? SMALL_PIECE : LARGE_PIECE)) {
                return;
            }
            mvStore.commit();
            mvStore.sync();
        }
    }

    private static boolean isSparse(FileStore<?> file, int fillRate) {
        return file.size() >= SMALL_FILE && file.getChunksFillRate() * file.getFillRate() < fillRate * 100;
    }

    /** Returns whether the store is open for reading only because its file can't be written. */
    public boolean isReadOnly() {
        return mvStore.isReadOnly();
    }

    /** Returns whether the store has closed itself after a failure. */
    boolean isClosed() {
        return mvStore.isClosed();
    }

    /** Closes the file without writing. */
    void closeImmediately() {
        mvStore.closeImmediately();
    }

    @Override
    public void close() {
        mvStore.close();
    }
}
