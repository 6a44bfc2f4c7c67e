package io.taskstream.eventlog.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskstream.eventlog.Uploads;
import io.taskstream.eventlog.embedded.store.Store;
import io.taskstream.eventlog.embedded.store.StoreFile;
import io.taskstream.eventlog.embedded.store.StoreInternals;
import io.taskstream.eventlog.embedded.store.StoredTask;
import io.taskstream.task.Task;
import io.taskstream.task.TaskId;
import io.taskstream.testing.SettableTime;
import java.nio.file.Path;
import java.util.Map;
import org.h2.store.fs.FilePath;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Large data is deleted in slices, so that checkpoints get their turn in between. */
final class RetentionSweepTest {

    private static final int BLOCKS = 3_000;
    private static final int EVENTS_OF_BLOCK = 10;

    private final SettableTime time = new SettableTime();

    @TempDir
    private Path directory;

    @Test
    void theEventsOfALargeTaskGoInSlices() {
        try (StoreFile file = StoreFile.open(FilePath.get(directory + "/events.mv"), 8, time)) {
            Store store = file.writable();
            store.put(largeTask());
            for (int i = 0; i < BLOCKS; i++) {
                StoreInternals.putBlock(store, 1, 1 + (long) i * EVENTS_OF_BLOCK, EVENTS_OF_BLOCK);
            }
            store.commit(1, 2);
            assertThat(store.bytes()).isGreaterThan(BLOCKS * EVENTS_OF_BLOCK);
            store.remove(1, 0);
            assertThat(store.bytes()).isZero();

            RetentionSweep sweep = sweep(file);
            for (int left = BLOCKS - RetentionSweep.BLOCKS; left > 0; left -= RetentionSweep.BLOCKS) {
                assertThat(sweep.trim()).isTrue();
                assertThat(StoreInternals.blocks(store)).isEqualTo(left);
            }
            assertThat(sweep.trim()).isFalse();
            assertThat(StoreInternals.blocks(store)).isZero();
            assertThat(StoreInternals.deleted(store)).isEmpty();
        }
    }

    private StoredTask largeTask() {
        Task task = Task.open(new TaskId("large"), null, Map.of(), time.instant());
        return new StoredTask(1, task, "00000001", BLOCKS * EVENTS_OF_BLOCK, 1, 0, Uploads.NONE);
    }

    private RetentionSweep sweep(StoreFile file) {
        return new RetentionSweep(file, new TaskCache(file), OpenLog.KEEP_ALL, time);
    }
}
