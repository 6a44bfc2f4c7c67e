package io.taskstream.eventlog.embedded;

import io.taskstream.eventlog.embedded.CachedTask.DirtyTask;
import io.taskstream.eventlog.embedded.journal.SegmentFiles;
import io.taskstream.eventlog.embedded.store.Store;
import io.taskstream.eventlog.embedded.store.StoreFile;
import io.taskstream.eventlog.embedded.store.StoredEvents;
import io.taskstream.eventlog.embedded.store.StoredTask;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.h2.store.fs.FilePath;

/**
 * Writes checkpoints: all dirty tasks to the store, then deletes the segments of the journal that are no longer needed. Used at
 * start, then by the checkpoint thread.
 *
 * <p>A large checkpoint is several commits, each of whole tasks, so that the heap it takes is bounded. Only the last one has the
 * checkpoint's number: if the process ends before, the start applies the journal to tasks of which some have its changes.
 */
final class CheckpointWriter {

    /** A task's changes, and its record in the store with them. */
    private record Written(DirtyTask dirty, StoredTask record) {}

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
     * Writes a checkpoint, and deletes old segments of the journal.
     *
     * @throws RuntimeException as {@link #writeToStore} does
     */
    void write(Checkpoint checkpoint) {
        writeToStore(checkpoint);
        // One checkpoint late: if the store's newest commit is unreadable, it opens with the one before.
        SegmentFiles.deleteThrough(directory, previous);
        previous = checkpoint.number();
    }

    /**
     * Writes a checkpoint, and leaves the journal as it is.
     *
     * @throws RuntimeException if the store failed; it then is marked as broken, and lacks the changes of the tasks that are
     *     still dirty
     */
    void writeToStore(Checkpoint checkpoint) {
        Store store = file.writable();
        List<Written> uncommitted = new ArrayList<>();
        int blocks = RetentionSweep.BLOCKS;
        try {
            for (DirtyTask dirty : deletedFirst(checkpoint)) {
                // Not behind the last one, whose commit follows anyway.
                if (store.commitIfMany(checkpoint.nextOrdinal())) {
                    uncommitted.forEach(this::markClean);
                    uncommitted.clear();
                }
                if (dirty.deleted()) {
                    blocks -= store.remove(dirty.record().ordinal(), blocks);
                    uncommitted.add(new Written(dirty, dirty.record()));
                } else {
                    uncommitted.add(new Written(dirty, put(store, dirty)));
                }
            }
            store.commit(checkpoint.number(), checkpoint.nextOrdinal());
        } catch (RuntimeException | Error e) {
            file.markBroken(e);
            throw e;
        }
        uncommitted.forEach(this::markClean);
    }

    /** Deleted tasks come first, since a later task may have the id of one. */
    private static List<DirtyTask> deletedFirst(Checkpoint checkpoint) {
        return checkpoint.dirtyTasks().stream()
                .sorted(Comparator.comparing(DirtyTask::deleted).reversed())
                .toList();
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

    private void markClean(Written written) {
        DirtyTask dirty = written.dirty();
        if (dirty.deleted()) {
            cache.remove(dirty.cached());
        }
        dirty.cached().stored(dirty, written.record());
        budget.add(-dirty.cost());
    }
}
