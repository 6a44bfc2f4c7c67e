package io.taskstream.eventlog.embedded.store;

import java.util.Iterator;
import org.h2.mvstore.MVMap;
import org.h2.mvstore.MVStore;

/**
 * Makes the indexes of a store of an earlier build anew. If such a build was killed during a checkpoint, the file may have a task
 * without its entries in the indexes, or the events of a task that was removed.
 */
final class IndexRepair {

    /** Is among the numbers of a store whose indexes are complete. */
    private static final String DONE = "indexed";

    private static final byte[] NOTHING = {};

    private final Store store;
    private final MVStore file;

    private IndexRepair(Store store) {
        this.store = store;
        this.file = store.mvStore();
    }

    /** Repairs the store unless that was done before or the file can only be read. */
    static void runOnce(Store store) {
        MVMap<String, Long> numbers = Table.NUMBERS.open(store.mvStore());
        if (store.isReadOnly() || numbers.containsKey(DONE)) {
            return;
        }
        boolean isNew = numbers.isEmpty();
        if (!isNew) {
            new IndexRepair(store).run();
        }
        numbers.put(DONE, 1L);
        if (!isNew) {
            store.commit(store.checkpoint(), store.nextOrdinal());
        }
    }

    private void run() {
        MVMap<String, Long> ordinals = Table.ORDINALS.open(file);
        ordinals.clear();
        Table.BY_STATUS.open(file).clear();
        Table.BY_END.open(file).clear();
        long bytes = 0;
        Iterator<StoredTask> newestFirst = store.newestFirst(Long.MAX_VALUE, null);
        while (newestFirst.hasNext()) {
            StoredTask task = newestFirst.next();
            ordinals.putIfAbsent(task.task().id().value(), task.ordinal());
            store.addToIndexes(task);
            bytes += task.size();
            store.commitIfMany(store.nextOrdinal());
        }
        store.setBytes(bytes);
        removeEventsWithoutTask();
    }

    private void removeEventsWithoutTask() {
        MVMap<CompositeKey, byte[]> events = Table.EVENTS.open(file);
        MVMap<Long, byte[]> deleted = Table.DELETED.open(file);
        for (CompositeKey key = events.firstKey();
                key != null;
                key = events.ceilingKey(new CompositeKey(key.prefix() + 1, 0))) {
            if (store.task(key.prefix()) == null) {
                deleted.put(key.prefix(), NOTHING);
            }
        }
    }
}
