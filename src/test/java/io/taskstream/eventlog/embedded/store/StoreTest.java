package io.taskstream.eventlog.embedded.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskstream.client.TaskStatus;
import io.taskstream.eventlog.Uploads;
import io.taskstream.task.Task;
import io.taskstream.task.TaskId;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import org.h2.store.fs.FilePath;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The store's file holds what was committed, whatever the process is killed at. */
final class StoreTest {

    private static final Map<String, String> LABELS = Map.of("a", "1", "b", "2", "c", "3", "d", "4", "e", "5");
    private static final String TITLE = "t".repeat(190);
    private static final int MANY = 40_000;

    @TempDir
    private Path directory;

    private Store open() {
        return Store.open(FilePath.get(directory + "/events.mv"), 8);
    }

    private static StoredTask task(long ordinal) {
        Task task = Task.open(new TaskId("t" + ordinal), TITLE, LABELS, Instant.EPOCH);
        return new StoredTask(ordinal, task, "e", 0, 1, 0, Uploads.NONE);
    }

    @Test
    void howeverMuchIsWrittenNothingIsInTheFileBeforeTheCommit() {
        Store store = open();
        for (long i = 1; i <= MANY; i++) {
            store.put(task(i));
        }
        store.closeImmediately();
        try (Store reopened = open()) {
            assertThat(reopened.newestFirst(Long.MAX_VALUE, null)).isExhausted();
            assertThat(reopened.bytes()).isZero();
        }
    }

    @Test
    void manyChangesAreCommittedBeforeTheCheckpointIsComplete() {
        Store store = open();
        store.put(task(1));
        assertThat(store.commitIfMany(2)).isFalse();
        long ordinal = 1;
        do {
            store.put(task(++ordinal));
        } while (!store.commitIfMany(ordinal + 1) && ordinal < MANY);
        store.put(task(ordinal + 1));
        store.closeImmediately();
        try (Store reopened = open()) {
            assertThat(reopened.checkpoint()).isZero();
            assertThat(reopened.nextOrdinal()).isEqualTo(ordinal + 1);
            assertThat(reopened.count(TaskStatus.OPEN)).isEqualTo(ordinal);
        }
    }

    @Test
    void aStoreThatAnEarlierBuildLeftIncompleteIsRepaired() {
        Store store = open();
        for (long i = 1; i <= 4; i++) {
            store.put(i == 3 ? finished(3) : task(i));
        }
        long bytes = store.bytes();
        StoreInternals.putBlock(store, 4, 1, 2);
        StoreInternals.putBlock(store, 5, 1, 2);
        StoreInternals.damageIndexes(store, task(1), finished(3));
        store.commit(7, 6);
        store.close();
        try (Store reopened = open()) {
            for (long i = 1; i <= 4; i++) {
                assertThat(reopened.task(new TaskId("t" + i))).isEqualTo(reopened.task(i));
            }
            assertThat(reopened.task(new TaskId("t9"))).isNull();
            assertThat(reopened.count(TaskStatus.OPEN)).isEqualTo(3);
            assertThat(reopened.count(TaskStatus.COMPLETED)).isEqualTo(1);
            assertThat(reopened.finishedTasks()).toIterable().containsExactly(finished(3));
            assertThat(reopened.bytes()).isEqualTo(bytes);
            assertThat(reopened.checkpoint()).isEqualTo(7);
            assertThat(reopened.nextOrdinal()).isEqualTo(6);
            reopened.removeDeletedEvents(10);
            assertThat(StoreInternals.blocks(reopened)).isEqualTo(1);
        }
    }

    private static StoredTask finished(long ordinal) {
        StoredTask task = task(ordinal);
        return new StoredTask(
                ordinal, task.task().finish(TaskStatus.COMPLETED, Instant.EPOCH), "e", 0, 1, 0, Uploads.NONE);
    }
}
