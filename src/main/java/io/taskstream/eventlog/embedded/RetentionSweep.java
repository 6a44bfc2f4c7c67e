package io.taskstream.eventlog.embedded;

import io.taskstream.eventlog.embedded.store.Store;
import io.taskstream.eventlog.embedded.store.StoreFile;
import io.taskstream.eventlog.embedded.store.StoredTask;
import io.taskstream.task.TaskId;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/**
 * Removes what retention does not keep, in bounded steps, and frees its space. Only the checkpoint thread may call it; appends
 * go on meanwhile, since they need only the journal.
 */
final class RetentionSweep {

    /** Tasks per step. */
    static final int TASKS = 500;

    /** Blocks of events per step, of some 16 KiB each. */
    static final int BLOCKS = 1_024;

    /** Bytes of events per step. */
    static final long BYTES = 8 << 20;

    private static final int KEYS = 5_000;

    /** The disk space of the journal under load. Not its present size, which shrinks without a removal. */
    private static final long JOURNAL_BYTES = 24 << 20;

    /** The share of the store's space that live data may fill, in percent; the rest is for holes between them. */
    private static final int LIVE_SHARE = 75;

    private final StoreFile file;
    private final TaskCache cache;
    private final Retention retention;
    private final InstantSource time;

    RetentionSweep(StoreFile file, TaskCache cache, Retention retention, InstantSource time) {
        this.file = file;
        this.cache = cache;
        this.retention = retention;
        this.time = time;
    }

    /** A task to delete, unless its id belongs to another ordinal by then. */
    record ExpiredTask(TaskId id, long ordinal) {}

    /** Returns the finished tasks to delete, at most {@value #TASKS}. */
    List<ExpiredTask> expiredTasks() {
        Store store = file.writable();
        long endedBefore = time.millis() - retention.age().toMillis();
        long excess = excessBytes(store);
        List<ExpiredTask> expired = new ArrayList<>();
        Iterator<StoredTask> earliestFirst = store.finishedTasks();
        while (earliestFirst.hasNext() && expired.size() < TASKS) {
            StoredTask task = earliestFirst.next();
            if (endMillis(task) >= endedBefore && excess <= 0) {
                break;
            }
            expired.add(new ExpiredTask(task.task().id(), task.ordinal()));
            excess -= task.size();
        }
        return expired;
    }

    private static long endMillis(StoredTask task) {
        return task.task().finished() == null ? 0 : task.task().finished().toEpochMilli();
    }

    /**
     * Removes expired keys, events of deleted tasks and, if no finished task is left to delete, the oldest events of open
     * tasks.
     *
     * @return whether more may have to be removed
     */
    boolean trim() {
        Store store = file.writable();
        int keys = store.keys().removeBefore(time.millis() - retention.keys().toMillis(), KEYS);
        boolean isTooMuch = excessBytes(store) > 0 && !store.finishedTasks().hasNext();
        long bytes = isTooMuch ? trimOpenTasks(store) : 0;
        int blocks = store.removeDeletedEvents(BLOCKS);
        if (keys + bytes + blocks > 0) {
            store.commit(store.checkpoint(), store.nextOrdinal());
        }
        return keys == KEYS || bytes >= BYTES || blocks == BLOCKS;
    }

    /** Returns how many live bytes must go so that the files, with the journal and with holes, fit into the bound. */
    private long excessBytes(Store store) {
        return store.bytes() - maxFileBytes() / 100 * LIVE_SHARE;
    }

    private long maxFileBytes() {
        return Math.max(retention.totalBytes() / 2, retention.totalBytes() - JOURNAL_BYTES);
    }

    private long trimOpenTasks(Store store) {
        long trimmed = 0;
        Iterator<StoredTask> oldestFirst = store.openTasks();
        for (int i = 0; i < TASKS && oldestFirst.hasNext() && trimmed < BYTES && excessBytes(store) > 0; i++) {
            StoredTask task = oldestFirst.next();
            long half = Math.min(task.bytes() / 2, BYTES - trimmed);
            long oldest = store.events().oldestAfterRemoving(task.ordinal(), half);
            if (oldest > task.oldest()) {
                long bytes = store.events().removeBefore(task.ordinal(), oldest, Integer.MAX_VALUE);
                StoredTask record = task.with(oldest, task.bytes() - bytes);
                store.put(record);
                cache.trimmed(record);
                trimmed += bytes;
            }
        }
        return trimmed;
    }

    /** Gives the space of removed data back to the file system. */
    void compact() {
        file.writable().compact(maxFileBytes());
    }
}
