package io.taskstream.eventlog.embedded;

import io.taskstream.task.TaskId;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.h2.mvstore.Cursor;
import org.h2.mvstore.FileStore;
import org.h2.mvstore.MVStore;

/**
 * Lets go of what retention says is too old or too much, and gives its space back, a slice at a time. Belongs to the
 * storing thread; appends go on meanwhile, since they need the journal only.
 */
final class RetentionSweep {

    static final int TASKS = 500;

    /** Groups of events that are removed in one piece, of some 16 KiB each. */
    static final int GROUPS = 1_024;

    /** Bytes of events that are removed in one piece. */
    static final long SLICE = 8 << 20;

    private static final int KEYS = 5_000;

    /** What the journal takes of the disk while much comes in. Not as it is: it shrinks again without anything going. */
    private static final long JOURNAL = 24 << 20;

    /** So much of the room that there is may be filled with what lives, in percent. */
    private static final int LIVING = 75;

    /** Below that share of living data in the file, in percent, it is compacted. */
    private static final int FILL_RATE = 60;

    /** The same if there is no more room. */
    private static final int CROWDED_FILL_RATE = 80;

    private static final int ANY_FILL_RATE = 100;
    private static final long SMALL_FILE = 4 << 20;

    /** Small, so that it fits into small holes; in bytes. */
    private static final int SMALL_PIECE = 2 << 20;

    /** Chunks that are full of what lives must be moved whole; more than so many bytes in one piece stay where they are. */
    private static final int LARGE_PIECE = 16 << 20;

    private static final int SLICES = 4;
    private static final int MORE_SLICES = 16;

    private final StoreFile file;
    private final TaskCache live;
    private final Retention retention;
    private final InstantSource time;

    RetentionSweep(StoreFile file, TaskCache live, Retention retention, InstantSource time) {
        this.file = file;
        this.live = live;
        this.retention = retention;
        this.time = time;
    }

    /** A task that is to be deleted, if it is still that of the ordinal. */
    record ExpiredTask(TaskId id, long ordinal) {}

    /** Tasks that are to be deleted; {@value #TASKS} of them if there are more. */
    List<ExpiredTask> expiredTasks() {
        Store store = file.writable();
        long endedBefore = time.millis() - retention.age().toMillis();
        long tooMany = tooMany(store);
        List<ExpiredTask> found = new ArrayList<>();
        Cursor<CompositeKey, byte[]> byEnd = store.byEnd();
        while (byEnd.hasNext() && found.size() < TASKS) {
            CompositeKey end = byEnd.next();
            if (end.prefix() >= endedBefore && tooMany <= 0) {
                break;
            }
            StoredTask task = store.task(end.suffix());
            if (task != null) {
                found.add(new ExpiredTask(task.task().id(), task.ordinal()));
                tooMany -= task.size();
            }
        }
        return found;
    }

    /**
     * Lets go of keys that are old, and of the oldest events of open tasks if the tasks that have ended don't suffice.
     *
     * @return whether there may be more to let go of
     */
    boolean trim() {
        Store store = file.writable();
        int removed = store.keys().removeBefore(time.millis() - retention.keys().toMillis(), KEYS);
        boolean isTooMuch = tooMany(store) > 0 && !store.byEnd().hasNext();
        long trimmed = isTooMuch ? trimOpenTasks(store) : 0;
        int groups = removeEventsOfDeleted(store);
        if (removed + trimmed + groups > 0) {
            store.commit(store.checkpoint(), store.nextOrdinal());
        }
        return removed == KEYS || trimmed >= SLICE || groups == GROUPS;
    }

    /** How many bytes must go so that the rest fits on the disk, with the journal, and the holes between what lives. */
    private long tooMany(Store store) {
        return store.bytes() - room() / 100 * LIVING;
    }

    private long room() {
        return Math.max(retention.totalBytes() / 2, retention.totalBytes() - JOURNAL);
    }

    /** Answers how many bytes have gone. */
    private long trimOpenTasks(Store store) {
        long trimmed = 0;
        Iterator<StoredTask> oldestFirst = store.openTasks();
        for (int i = 0; i < TASKS && oldestFirst.hasNext() && trimmed < SLICE && tooMany(store) > 0; i++) {
            StoredTask task = oldestFirst.next();
            long half = Math.min(task.bytes() / 2, SLICE - trimmed);
            long oldest = store.events().oldestAfterRemoving(task.ordinal(), half);
            if (oldest > task.oldest()) {
                long bytes = store.events().removeBefore(task.ordinal(), oldest, Integer.MAX_VALUE);
                StoredTask now = task.with(oldest, task.bytes() - bytes);
                store.put(now);
                live.trimmed(now);
                trimmed += bytes;
            }
        }
        return trimmed;
    }

    /** Answers how many groups of them have gone, at most {@value #GROUPS}. */
    private static int removeEventsOfDeleted(Store store) {
        int removed = 0;
        Long ordinal = store.deleted().firstKey();
        while (ordinal != null && removed < GROUPS) {
            removed += store.events().remove(ordinal, GROUPS - removed);
            if (removed < GROUPS) {
                store.deleted().remove(ordinal);
            }
            ordinal = store.deleted().firstKey();
        }
        return removed;
    }

    /**
     * Writes anew what lives in the emptiest and oldest parts of the file, toward its beginning, so that its end becomes free
     * and is cut off. MVStore's own {@code compactFile} is not used: where chunks are large it moves them to places that its
     * assertions forbid.
     */
    void compact() {
        MVStore mvStore = file.writable().mvStore();
        boolean isCrowded = mvStore.getFileStore().size() > room();
        int slices = isCrowded ? MORE_SLICES : SLICES;
        int fillRate = isCrowded ? CROWDED_FILL_RATE : FILL_RATE;
        for (int i = 0; i < slices && isSparse(mvStore.getFileStore(), fillRate); i++) {
            boolean isHoled = mvStore.getFileStore().getChunksFillRate() < FILL_RATE;
            if (!mvStore.compact(ANY_FILL_RATE, isHoled ? SMALL_PIECE : LARGE_PIECE)) {
                return;
            }
            mvStore.commit();
            mvStore.sync();
        }
    }

    private static boolean isSparse(FileStore<?> mvFile, int fillRate) {
        return mvFile.size() >= SMALL_FILE && mvFile.getChunksFillRate() * mvFile.getFillRate() < fillRate * 100;
    }
}
