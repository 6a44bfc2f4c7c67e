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
final class Housekeeper {

    private static final int KEYS = 5_000;
    static final int TASKS = 500;

    /** Below that share of living data in the file, in percent, it is compacted. */
    private static final int FILL_RATE = 60;

    private static final int ANY_FILL_RATE = 100;
    private static final long SMALL_FILE = 4 << 20;

    /** Small, so that it fits into small holes; in bytes. */
    private static final int SLICE = 2 << 20;

    /** Chunks that are full of what lives must be moved whole; more than so many bytes in one piece stay where they are. */
    private static final int LARGE_SLICE = 16 << 20;

    private static final int SLICES = 4;

    private final StoreFile file;
    private final LiveTasks live;
    private final Retention retention;
    private final InstantSource time;

    Housekeeper(StoreFile file, LiveTasks live, Retention retention, InstantSource time) {
        this.file = file;
        this.live = live;
        this.retention = retention;
        this.time = time;
    }

    /** A task that is to be deleted, if it is still that of the ordinal. */
    record Outdated(TaskId id, long ordinal) {}

    /** Tasks that are to be deleted; {@value #TASKS} of them if there are more. */
    List<Outdated> outdated() {
        Store store = file.writable();
        long endedBefore = time.millis() - retention.age().toMillis();
        long tooMany = store.bytes() - retention.totalBytes();
        List<Outdated> found = new ArrayList<>();
        Cursor<Position, byte[]> byEnd = store.byEnd();
        while (byEnd.hasNext() && found.size() < TASKS) {
            Position end = byEnd.next();
            if (end.major() >= endedBefore && tooMany <= 0) {
                break;
            }
            StoredTask task = store.task(end.minor());
            if (task != null) {
                found.add(new Outdated(task.task().id(), task.ordinal()));
                tooMany -= task.bytes();
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
        boolean isTooMuch =
                store.bytes() > retention.totalBytes() && !store.byEnd().hasNext();
        if (isTooMuch) {
            trimOpenTasks(store);
        }
        if (removed > 0 || isTooMuch) {
            store.commit(store.checkpoint(), store.nextOrdinal());
        }
        return removed == KEYS;
    }

    private void trimOpenTasks(Store store) {
        Iterator<StoredTask> oldestFirst = store.openTasks();
        for (int i = 0; i < TASKS && oldestFirst.hasNext() && store.bytes() > retention.totalBytes(); i++) {
            StoredTask task = oldestFirst.next();
            long oldest = store.events().oldestAfterRemoving(task.ordinal(), task.bytes() / 2);
            if (oldest > task.oldest()) {
                long bytes = store.events().removeBefore(task.ordinal(), oldest);
                StoredTask now = new StoredTask(
                        task.ordinal(), task.task(), task.epoch(), task.last(), oldest, task.bytes() - bytes);
                store.put(now);
                live.trimmed(now);
            }
        }
    }

    /**
     * Writes anew what lives in the emptiest and oldest parts of the file, toward its beginning, so that its end becomes free
     * and is cut off. MVStore's own {@code compactFile} is not used: where chunks are large it moves them to places that its
     * assertions forbid.
     */
    void compact() {
        MVStore mvStore = file.writable().mvStore();
        for (int i = 0; i < SLICES && isSparse(mvStore.getFileStore()); i++) {
            boolean isHoled = mvStore.getFileStore().getChunksFillRate() < FILL_RATE;
            if (!mvStore.compact(ANY_FILL_RATE, isHoled ? SLICE : LARGE_SLICE)) {
                return;
            }
            mvStore.commit();
            mvStore.sync();
        }
    }

    private static boolean isSparse(FileStore<?> mvFile) {
        return mvFile.size() >= SMALL_FILE && mvFile.getChunksFillRate() * mvFile.getFillRate() < FILL_RATE * 100;
    }
}
