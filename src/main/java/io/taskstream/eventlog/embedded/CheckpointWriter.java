package io.taskstream.eventlog.embedded;

import io.taskstream.eventlog.embedded.CachedTask.DirtyTask;
import io.taskstream.eventlog.embedded.journal.SegmentFiles;
import io.taskstream.eventlog.embedded.store.Store;
import io.taskstream.eventlog.embedded.store.StoreFile;
import io.taskstream.eventlog.embedded.store.StoredEvents;
import io.taskstream.eventlog.embedded.store.StoredTask;
import java.util.ArrayList;
import java.util.List;
import org.h2.store.fs.FilePath;

/**
 * Writes checkpoints: commits all dirty tasks to the store at once, then deletes the segments of the journal that are no
 * longer needed. Used at start, then by the checkpoint thread.
 */
final class CheckpointWriter {

    private final StoreFile file;
    private final TaskCache cache;
    private final DirtyBudget budget;
    private final Retention retention;
    private final FilePath directory;
    private long previous;

    CheckpointWriter(StoreFile file, TaskCache cache, DirtyBudget budget, Retention retention, FilePath directory) {
        this.file = file;
        this.cache = cache;
        this.budget = budget;
        this.retention = retention;
        this.directory = directory;
        this.previous = file.writable().checkpoint();
    }

    /**
     * Writes a checkpoint.
     *
     * @throws RuntimeException if the store failed; it then has none of the changes, and is marked as broken
     */
    void write(Checkpoint checkpoint) {
        Store store = file.writable();
        List<StoredTask> records = new ArrayList<>();
        int blocks = RetentionSweep.BLOCKS;
        try {
            for (DirtyTask dirty : checkpoint.dirtyTasks()) {
                if (dirty.deleted()) {
                    blocks -= store.remove(dirty.record().ordinal(), blocks);
                    records.add(dirty.record());
                } else {
                    records.add(put(store, dirty));
                }
            }
            store.commit(checkpoint.number(), checkpoint.nextOrdinal());
        } catch (RuntimeException | Error e) {
            file.markBroken(e);
            throw e;
        }
        for (int i = 0; i < records.size(); i++) {
            markClean(checkpoint.dirtyTasks().get(i), records.get(i));
        }
        // One checkpoint late: if the store's newest commit is unreadable, it opens with the one before.
        SegmentFiles.deleteThrough(directory, previous);
        previous = checkpoint.number();
    }

    /** Writes a task's events, keys and record, and trims the task to its bounds. */
    private StoredTask put(Store store, DirtyTask dirty) {
        StoredTask task = dirty.record();
        StoredEvents events = store.events();
        long ordinal = task.ordinal();
        long first = dirty.stored() + 1;
        events.removeFrom(ordinal, first);
        long added = events.append(ordinal, first, task.last(), dirty.cached()::visit);
        dirty.keys().forEach((key, answer) -> store.keys().put(ordinal, key, answer));

        long bytes = task.bytes() + added;
        long oldest = Math.max(task.oldest(), task.last() - retention.events() + 1);
        if (bytes > retention.bytes()) {
            long excess = Math.min(bytes - retention.bytes(), added + RetentionSweep.BYTES);
            oldest = Math.max(oldest, events.oldestAfterRemoving(ordinal, excess));
        }
        int blocks = (int) (added / StoredEvents.BLOCK_BYTES) + RetentionSweep.BLOCKS;
        long removed = oldest > 1 ? events.removeBefore(ordinal, oldest, blocks) : 0;
        StoredTask record = task.with(oldest, bytes - removed);
        store.put(record);
        return record;
    }

    private void markClean(DirtyTask dirty, StoredTask record) {
        if (dirty.deleted()) {
            cache.remove(dirty.cached());
        }
        dirty.cached().stored(dirty, record);
        budget.add(-dirty.cost());
    }
}
