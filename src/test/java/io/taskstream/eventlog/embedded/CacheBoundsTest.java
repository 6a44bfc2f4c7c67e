package io.taskstream.eventlog.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskstream.eventlog.embedded.store.StoreFile;
import io.taskstream.task.Task;
import io.taskstream.task.TaskId;
import io.taskstream.testing.SettableTime;
import io.taskstream.testing.TestExecutors;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.LongStream;
import org.h2.store.fs.FilePath;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The bounds of the heap hold while tasks are read. */
final class CacheBoundsTest {

    private static final int TASKS = 5_000;
    private static final int SWEEPS = 100;

    private final SettableTime time = new SettableTime();

    @TempDir
    private Path directory;

    private volatile boolean isRead = true;

    @Test
    void aSweepEndsWhileReadersUseTheTasks() throws InterruptedException {
        try (StoreFile file = StoreFile.open(FilePath.get(directory + "/events.mv"), 8, time)) {
            var cache = new TaskCache(file);
            List<CachedTask> tasks =
                    LongStream.range(0, TASKS).mapToObj(this::created).toList();
            tasks.forEach(cache::add);
            Thread reader = TestExecutors.threads().newThread(() -> readAll(tasks));
            reader.start();
            try {
                for (int i = 0; i < SWEEPS; i++) {
                    cache.enforceBounds(0, time.millis());
                }
            } finally {
                isRead = false;
                reader.join();
            }
            // The store has none of them, so they stay.
            assertThat(cache.all()).hasSize(TASKS);
        }
    }

    private CachedTask created(long ordinal) {
        Task task = Task.open(new TaskId("t" + ordinal), null, Map.of(), time.instant());
        CachedTask created = CachedTask.created(ordinal, "00000001", task);
        created.applyCreation();
        return created;
    }

    private void readAll(List<CachedTask> tasks) {
        var random = new Random(1);
        while (isRead) {
            tasks.get(random.nextInt(TASKS)).recent(0, 1, time.millis() - random.nextInt(20_000));
        }
    }
}
