package io.taskstream.eventlog.embedded;

import static io.taskstream.testing.Stages.join;
import static org.assertj.core.api.Assertions.assertThat;

import io.taskstream.eventlog.Appended;
import io.taskstream.eventlog.EventLogException;
import io.taskstream.eventlog.Uploads;
import io.taskstream.eventlog.embedded.CachedTask.DirtyTask;
import io.taskstream.eventlog.embedded.journal.JournalRecord;
import io.taskstream.eventlog.embedded.store.Store;
import io.taskstream.eventlog.embedded.store.StoreFile;
import io.taskstream.eventlog.embedded.store.StoredTask;
import io.taskstream.task.Task;
import io.taskstream.task.TaskId;
import io.taskstream.testing.Events;
import io.taskstream.testing.FailingFiles;
import io.taskstream.testing.TestExecutors;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.h2.store.fs.FilePath;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Tasks that enter and leave the heap while they are looked up in the store. */
final class LookUpRaceTest extends LogFixture {

    /** So many that they take more than one page of the store. */
    private static final int MANY = 1_500;

    @AfterEach
    void heal() {
        FailingFiles.heal();
    }

    /** Calls this within the n-th read of the file from now on, once. */
    private static void callWithinRead(int number, Runnable call) {
        var reads = new AtomicInteger();
        FailingFiles.beforeEachRead(name -> {
            if (reads.incrementAndGet() == number) {
                call.run();
            }
        });
    }

    private StoreFile filled() {
        StoreFile file = StoreFile.open(FilePath.get(FailingFiles.at(directory + "/events.mv")), 0, time);
        for (int i = 0; i < MANY; i++) {
            file.writable().put(new StoredTask(i, task(new TaskId("t" + i)), "00000001", 0, 1, 0, Uploads.NONE));
        }
        file.writable().commit(1, MANY);
        return file;
    }

    private Task task(TaskId id) {
        return Task.open(id, "x".repeat(100), Map.of(), time.instant());
    }

    @Test
    void aTaskThatHasComeAndGoneWhileItWasReadIsReadAgain() {
        try (StoreFile file = filled()) {
            var cache = new TaskCache(file);
            for (int read = 1; read <= 4; read++) {
                var id = new TaskId("t" + read);
                callWithinRead(read, () -> appendAndEvict(cache, file.writable(), id));
                long before = cache.stamp(id);
                CachedTask task = Objects.requireNonNull(cache.load(id));
                boolean isAppended = cache.stamp(id) != before;
                assertThat(task.state().last().sequence()).isEqualTo(isAppended ? 1 : 0);
                FailingFiles.heal();
            }
        }
    }

    private static void appendAndEvict(TaskCache cache, Store store, TaskId id) {
        CachedTask task = Objects.requireNonNull(cache.load(id));
        task.apply(new JournalRecord.BatchAppended(
                task.ordinal(), 1, 0, null, null, null, null, List.of(new byte[] {'1'}), null));
        DirtyTask dirty = task.dirty();
        store.put(dirty.record());
        store.commit(2, MANY);
        task.stored(dirty, dirty.record());
        cache.evict(task);
        assertThat(cache.get(id)).isNull();
    }

    @Test
    void tasksEnterAndLeaveTheHeapWhileOneIsRead() {
        try (StoreFile file = filled()) {
            var cache = new TaskCache(file);
            callWithinRead(
                    1,
                    () -> join(CompletableFuture.runAsync(
                            () -> IntStream.range(0, 200)
                                    .mapToObj(
                                            i -> CachedTask.created(MANY + i, "00000001", task(new TaskId("new" + i))))
                                    .forEach(task -> {
                                        cache.add(task);
                                        cache.evict(task);
                                    }),
                            TestExecutors.shared())));
            assertThat(cache.load(A)).isNull();
            assertThat(cache.load(new TaskId("t7"))).isNotNull();
            assertThat(cache.all()).hasSize(1);
        }
    }

    private EmbeddedEventLog openWithoutHeap() {
        EmbeddedEventLog log = OpenLog.withoutCheckpoints(
                new EmbeddedOptions(directory.toString(), Durability.NONE, OpenLog.KEEP_ALL, 0, 1), time);
        open = log;
        return log;
    }

    /** Runs it in some threads, while tasks leave the heap as soon as the store has them. */
    private <T> List<T> race(EmbeddedEventLog log, Supplier<T> work) {
        List<CompletableFuture<T>> all = IntStream.range(0, 4)
                .mapToObj(i -> CompletableFuture.supplyAsync(
                        work,
                        thread -> TestExecutors.threads().newThread(thread).start()))
                .toList();
        CompletableFuture<Void> ended = CompletableFuture.allOf(all.toArray(CompletableFuture[]::new));
        while (!ended.isDone()) {
            log.runMaintenance();
        }
        return all.stream().map(each -> join(each)).toList();
    }

    @Test
    void aKeyCountsOnceWhileItsTaskLeavesTheHeapAndReturns() {
        EmbeddedEventLog log = openWithoutHeap();
        create(log, A);
        create(log, B);
        int keys = 150;
        List<List<Long>> answers = race(log, () -> {
            List<Long> mine = new ArrayList<>();
            for (int i = 0; i < keys; i++) {
                mine.add(appendWithKey(log, i % 2 == 0 ? A : B, "key" + i, Integer.toString(i))
                        .last()
                        .sequence());
            }
            return mine;
        });
        assertThat(answers).allMatch(answers.get(0)::equals);
        assertThat(data(log, A)).hasSize(keys / 2).doesNotHaveDuplicates();
        assertThat(data(log, B)).hasSize(keys / 2).doesNotHaveDuplicates();
    }

    @Test
    void appendsKeepTheirOrderWhileTheirTaskLeavesTheHeapAndReturns() {
        EmbeddedEventLog log = openWithoutHeap();
        AtomicInteger names = new AtomicInteger();
        race(log, () -> {
            var id = new TaskId("t" + names.incrementAndGet());
            create(log, id);
            for (int round = 0; round < 40; round++) {
                int first = 5 * round;
                List<CompletionStage<Appended>> appends = IntStream.range(first, first + 5)
                        .mapToObj(i -> log.append(id, Events.batch(Integer.toString(i))))
                        .toList();
                join(appends.get(4));
            }
            assertThat(data(log, id))
                    .isEqualTo(
                            IntStream.range(0, 200).mapToObj(Integer::toString).toList());
            return id;
        });
    }

    @Test
    void ofOneIdThereIsOneTaskWhileItIsMadeAndDeleted() {
        EmbeddedEventLog log = openWithoutHeap();
        List<Integer> balances = race(log, () -> {
            int balance = 0;
            for (int i = 0; i < 100; i++) {
                balance += log.create(task(A)) ? 1 : 0;
                appendOrNot(log);
                balance -= log.delete(A) ? 1 : 0;
            }
            return balance;
        });
        assertThat(balances.stream().mapToInt(Integer::intValue).sum())
                .isEqualTo(log.find(A).isPresent() ? 1 : 0);
        log.delete(A);
        assertThat(log.find(A)).isEmpty();
        log.runMaintenance();
        assertThat(log.find(A)).isEmpty();
    }

    private static void appendOrNot(EmbeddedEventLog log) {
        try {
            append(log, A, "1");
        } catch (EventLogException.NoSuchTask e) {
            // Another has deleted it.
        }
    }
}
