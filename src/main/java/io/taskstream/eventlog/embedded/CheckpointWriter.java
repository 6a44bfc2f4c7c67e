package io.taskstream.eventlog.embedded;

import io.taskstream.eventlog.embedded.Committer.Checkpoint;
import java.util.ArrayList;
import java.util.List;
import org.h2.store.fs.FilePath;

/**
 * Brings what the journal has made durable into the store, as one commit of it for all that has come in the meantime, and
 * deletes the part of the journal that is not needed any more. Belongs to the storing thread.
 */
final class CheckpointWriter {

    private final StoreFile file;
    private final TaskCache live;
    private final DirtyBudget unstored;
    private final Retention retention;
    private final FilePath directory;
    private final EventBlock.Writer group = new EventBlock.Writer();
    private long checkpoint;

    CheckpointWriter(StoreFile file, TaskCache live, DirtyBudget unstored, Retention retention, FilePath directory) {
        this.file = file;
        this.live = live;
        this.unstored = unstored;
        this.retention = retention;
        this.directory = directory;
        this.checkpoint = file.writable().checkpoint();
    }

    /**
     * Takes all that the cut holds.
     *
     * @throws RuntimeException if the store failed; then it counts as having nothing of it, and is marked broken
     */
    void take(Checkpoint beginCheckpoint) {
        Store store = file.writable();
        List<StoredTask> now = new ArrayList<>();
        int slice = RetentionSweep.GROUPS;
        try {
            for (DirtyTask each : beginCheckpoint.unstored()) {
                if (each.deleted()) {
                    slice -= forget(store, each.task().ordinal(), slice);
                    now.add(each.task());
                } else {
                    now.add(put(store, each));
                }
            }
            store.commit(beginCheckpoint.number(), beginCheckpoint.nextOrdinal());
        } catch (RuntimeException | Error e) {
            file.markBroken(e);
            throw e;
        }
        for (int i = 0; i < now.size(); i++) {
            settle(beginCheckpoint.unstored().get(i), now.get(i));
        }
        // If the store's newest commit should ever be unreadable, it opens with the one before.
        SegmentFiles.deleteThrough(directory, checkpoint);
        checkpoint = beginCheckpoint.number();
    }

    /** Of a large task, the events go later, slice by slice. Answers how many groups of them have gone. */
    private static int forget(Store store, long ordinal, int slice) {
        store.remove(ordinal);
        int removed = store.events().remove(ordinal, slice);
        if (removed == slice) {
            store.deleted().put(ordinal, Store.NOTHING);
        }
        return removed;
    }

    private StoredTask put(Store store, DirtyTask dirtyTask) {
        StoredTask task = dirtyTask.task();
        StoredEvents events = store.events();
        long ordinal = task.ordinal();
        events.removeFrom(ordinal, dirtyTask.stored() + 1);
        long added = putEvents(events, dirtyTask);
        dirtyTask.keys().forEach((key, answer) -> store.keys().put(ordinal, key, answer));

        long bytes = task.bytes() + added;
        long oldest = Math.max(task.oldest(), task.last() - retention.events() + 1);
        if (bytes > retention.bytes()) {
            long tooMany = Math.min(bytes - retention.bytes(), added + RetentionSweep.SLICE);
            oldest = Math.max(oldest, events.oldestAfterRemoving(ordinal, tooMany));
        }
        int groups = (int) (added / EventBlock.FULL) + RetentionSweep.GROUPS;
        long removed = oldest > 1 ? events.removeBefore(ordinal, oldest, groups) : 0;
        StoredTask now = task.with(oldest, bytes - removed);
        store.put(now);
        return now;
    }

    private long putEvents(StoredEvents events, DirtyTask task) {
        long last = task.task().last();
        long next = task.stored() + 1;
        long bytes = 0;
        while (next <= last) {
            long first = next;
            group.begin();
            task.live()
                    .visit(
                            first,
                            (frames, offset, length, time, trace) ->
                                    group.add(frames, offset, length, time, trace) && first + group.count() <= last);
            events.put(task.task().ordinal(), first, group.value());
            bytes += group.framesLength();
            next += group.count();
        }
        return bytes;
    }

    /** Tells the task what the store has of it. */
    private void settle(DirtyTask was, StoredTask now) {
        if (was.deleted()) {
            live.remove(was.live());
        }
        was.live().stored(was, now);
        unstored.add(-was.cost());
    }
}
