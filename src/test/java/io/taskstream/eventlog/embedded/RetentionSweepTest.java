package io.taskstream.eventlog.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskstream.task.Task;
import io.taskstream.task.TaskId;
import io.taskstream.testing.SettableTime;
import java.nio.file.Path;
import java.util.Map;
import org.h2.store.fs.FilePath;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is large goes in slices, so that the storing of what is new has its turn between them. */
final class RetentionSweepTest {

    private static final int GROUPS = 3_000;
    private static final int EVENTS_OF_GROUP = 10;

    private final SettableTime time = new SettableTime();

    @TempDir
    private Path directory;

    @Test
    void theEventsOfALargeTaskGoInSlices() {
        try (StoreFile file = StoreFile.open(FilePath.get(directory + "/events.mv"), 8, time)) {
            Store store = file.writable();
            store.put(largeTask());
            for (int i = 0; i < GROUPS; i++) {
                store.events().put(1, 1 + (long) i * EVENTS_OF_GROUP, group());
            }
            store.commit(1, 2);
            assertThat(store.bytes()).isGreaterThan(GROUPS * EVENTS_OF_GROUP);
            store.remove(1);
            store.deleted().put(1L, Store.NOTHING);
            assertThat(store.bytes()).isZero();

            RetentionSweep retentionSweep = retentionSweep(file);
            for (int left = GROUPS - RetentionSweep.GROUPS; left > 0; left -= RetentionSweep.GROUPS) {
                assertThat(retentionSweep.trim()).isTrue();
                assertThat(groups(store)).isEqualTo(left);
            }
            assertThat(retentionSweep.trim()).isFalse();
            assertThat(groups(store)).isZero();
            assertThat(store.deleted()).isEmpty();
        }
    }

    private StoredTask largeTask() {
        Task task = Task.open(new TaskId("large"), null, Map.of(), time.instant());
        return new StoredTask(1, task, "00000001", GROUPS * EVENTS_OF_GROUP, 1, 0);
    }

    private RetentionSweep retentionSweep(StoreFile file) {
        return new RetentionSweep(file, new TaskCache(file), OpenLog.KEEP_ALL, time);
    }

    private static byte[] group() {
        var group = new EventBlock.Writer();
        group.begin();
        for (int i = 0; i < EVENTS_OF_GROUP; i++) {
            group.add(new byte[] {'x'}, 0, 1, 0, null);
        }
        return group.value();
    }

    private static long groups(Store store) {
        return Table.EVENTS.open(store.mvStore()).sizeAsLong();
    }
}
