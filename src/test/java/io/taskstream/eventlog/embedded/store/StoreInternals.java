package io.taskstream.eventlog.embedded.store;

import io.taskstream.eventlog.Uploads;
import io.taskstream.task.Task;
import io.taskstream.task.TaskId;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import org.h2.mvstore.MVMap;
import org.h2.mvstore.MVStore;
import org.h2.store.fs.FilePath;

/** Gives tests of the engine access to the content of the store's file. */
public final class StoreInternals {

    public static final Class<? extends RuntimeException> FAULT = Corruption.Fault.class;

    private StoreInternals() {}

    public static RuntimeException fault(String message, RuntimeException cause) {
        return new Corruption.Fault(message, cause);
    }

    public static MVStore open(Path file) {
        return Store.openFile(FilePath.get(file.toString()), 1);
    }

    public static MVMap<Long, byte[]> rawTasks(MVStore store) {
        return store.openMap(
                "tasks",
                new MVMap.Builder<Long, byte[]>().keyType(CheckedType.LONG).valueType(CheckedType.BYTES));
    }

    public static void putOrdinal(MVStore store, TaskId id, long ordinal) {
        Table.ORDINALS.open(store).put(id.value(), ordinal);
    }

    /** Stores a block of that many events of one byte each. */
    public static void putBlock(Store store, long ordinal, long first, int events) {
        var block = new EventBlock.Writer();
        block.begin();
        for (int i = 0; i < events; i++) {
            block.add(new byte[] {'x'}, 0, 1, 0, null);
        }
        store.events().put(ordinal, first, block.value());
    }

    /** Makes the store one of an earlier build, which was killed before the indexes had the two tasks. */
    static void damageIndexes(Store store, StoredTask open, StoredTask finished) {
        MVStore file = store.mvStore();
        Table.NUMBERS.open(file).remove("indexed");
        Table.NUMBERS.open(file).put("bytes", 5L);
        Table.ORDINALS.open(file).remove(open.task().id().value());
        Table.ORDINALS.open(file).put("t9", 9L);
        Table.BY_STATUS.open(file).clear();
        Table.BY_END.open(file).clear();
        store.addToIndexes(new StoredTask(
                finished.ordinal(),
                Task.open(finished.task().id(), null, Map.of(), Instant.EPOCH),
                "e",
                0,
                1,
                0,
                Uploads.NONE));
    }

    /** Returns the number of blocks. */
    public static long blocks(Store store) {
        return Table.EVENTS.open(store.mvStore()).sizeAsLong();
    }

    /** Returns the tasks that are deleted except for their events. */
    public static MVMap<Long, byte[]> deleted(Store store) {
        return Table.DELETED.open(store.mvStore());
    }
}
