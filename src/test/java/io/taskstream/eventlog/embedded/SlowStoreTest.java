package io.taskstream.eventlog.embedded;

import static io.taskstream.testing.Stages.await;
import static io.taskstream.testing.Stages.join;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taskstream.eventlog.Appended;
import io.taskstream.eventlog.Batch;
import io.taskstream.eventlog.EventLogException;
import io.taskstream.eventlog.StoredEvent;
import io.taskstream.task.TaskId;
import io.taskstream.testing.Events;
import io.taskstream.testing.FailingFiles;
import io.taskstream.testing.ManualExecutor;
import io.taskstream.testing.RecordingWatcher;
import io.taskstream.testing.TestExecutors;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A store with slow reads: only what needs them waits. */
final class SlowStoreTest extends LogFixture {

    /** So many that they take more than one page of the store. */
    private static final int MANY = 1_500;

    private static final TaskId C = new TaskId("c");

    private final Thread test = Thread.currentThread();
    private final CountDownLatch release = new CountDownLatch(1);
    private final AtomicInteger blocked = new AtomicInteger();

    @BeforeEach
    void fill() {
        open = OpenLog.withoutCheckpoints(options(), time);
        create(log(), A);
        create(log(), B);
        List<CompletionStage<Appended>> appends = new ArrayList<>();
        for (int i = 0; i < MANY; i++) {
            create(log(), new TaskId("t" + i));
            appends.add(log().append(A, new Batch(Events.of('"' + "x".repeat(1_500) + '"'), null, "key" + i)));
        }
        appends.forEach(append -> join(append));
        log().runMaintenance();
        assertThat(log().tasksInHeap()).isZero();
    }

    @AfterEach
    void heal() {
        release.countDown();
        FailingFiles.heal();
    }

    private EmbeddedOptions options() {
        return new EmbeddedOptions(FailingFiles.at(directory.toString()), Durability.NONE, OpenLog.KEEP_ALL, 0, 0);
    }

    private EmbeddedEventLog log() {
        if (open == null) {
            throw new AssertionError();
        }
        return open;
    }

    /** Blocks threads that read the store. */
    private void blockReadsBy(Predicate<Thread> threads) {
        FailingFiles.beforeEachRead(name -> {
            if (name.startsWith("events") && threads.test(Thread.currentThread())) {
                blocked.incrementAndGet();
                try {
                    release.await();
                } catch (InterruptedException e) {
                    throw new AssertionError(e);
                }
            }
        });
    }

    private void awaitBlocked() {
        await("a read is blocked", () -> blocked.get() > 0);
    }

    private CompletableFuture<Appended> start(TaskId id, String key, String json) {
        return log().append(id, new Batch(Events.of(json), null, key)).toCompletableFuture();
    }

    @Test
    void aKeyThatIsLookedUpDelaysNoOtherTask() {
        append(log(), A, "1");
        append(log(), B, "1");
        blockReadsBy(thread -> true);
        CompletableFuture<Appended> keyed = start(A, "new", "2");
        awaitBlocked();

        for (int i = 0; i < 10; i++) {
            append(log(), B, "2");
        }
        assertThat(keyed).isNotDone();
        release.countDown();
        assertThat(join(keyed).last().sequence()).isEqualTo(MANY + 2);
    }

    @Test
    void aTaskThatIsLookedUpDelaysNoOther() {
        append(log(), B, "1");
        blockReadsBy(thread -> true);
        CompletableFuture<Appended> cold = log().append(A, Events.batch("1")).toCompletableFuture();
        awaitBlocked();

        for (int i = 0; i < 10; i++) {
            append(log(), B, "2");
        }
        assertThat(cold).isNotDone();
        release.countDown();
        assertThat(join(cold).last().sequence()).isEqualTo(MANY + 1);
    }

    @Test
    void aTaskThatIsLookedUpByAnyOtherCallDelaysNoAppend() {
        append(log(), B, "1");
        blockReadsBy(thread -> true);
        List<CompletableFuture<?>> calls = List.of(
                CompletableFuture.runAsync(() -> log().delete(A)),
                CompletableFuture.runAsync(() -> create(log(), C)),
                CompletableFuture.runAsync(() -> log().watch(new TaskId("t1"), new RecordingWatcher())));
        awaitBlocked();

        append(log(), B, "2");
        release.countDown();
        calls.forEach(call -> join(call));
        assertThat(log().find(A)).isEmpty();
        assertThat(log().find(C)).isPresent();
    }

    @Test
    void appendsKeepTheirOrderWhileTheFirstIsLookedUp() {
        append(log(), A, "0");
        blockReadsBy(thread -> true);
        List<CompletableFuture<Appended>> appends = List.of(
                start(A, "new1", "1"),
                log().append(A, Events.batch("2")).toCompletableFuture(),
                start(A, "new2", "3"),
                log().append(A, Events.batch("4")).toCompletableFuture());
        awaitBlocked();
        release.countDown();
        assertThat(appends)
                .extracting(append -> join(append).last().sequence())
                .containsExactly(MANY + 2L, MANY + 3L, MANY + 4L, MANY + 5L);
        assertThat(data(log(), A)).endsWith("0", "1", "2", "3", "4");
    }

    /** The look-up reads the store as it was before. */
    @Test
    void aKeyThatIsStoredWhileItIsLookedUpIsFound() throws InterruptedException {
        closeLog();
        var executor = new ManualExecutor();
        open = OpenLog.withoutCheckpoints(options(), time, executor);
        log().watch(A, new RecordingWatcher());
        log().watch(B, new RecordingWatcher());
        var isTold = new CountDownLatch(1);
        var goOn = new CountDownLatch(1);
        log().watch(B, new FailureTest.BlockingWatcher(isTold, goOn));
        CompletionStage<Appended> delay = log().append(B, Events.batch("1"));
        isTold.await();
        CompletableFuture<Appended> first = start(A, "new", "1");
        executor.runAll();
        CompletableFuture<Appended> repeat = start(A, "new", "1");
        blockReadsBy(thread -> thread != test);
        CompletableFuture<Void> lookUp = CompletableFuture.runAsync(
                executor::runAll,
                work -> TestExecutors.threads().newThread(work).start());
        awaitBlocked();
        assertThat(first).isNotDone();

        goOn.countDown();
        join(delay);
        join(first);
        log().runMaintenance();
        release.countDown();
        join(lookUp);
        assertThat(join(repeat)).isEqualTo(join(first));
        assertThat(data(log(), A)).hasSize(MANY + 1);
    }

    @Test
    void aLogThatIsClosedAnswersWhatIsLookedUp() {
        append(log(), A, "0");
        blockReadsBy(thread -> thread != test);
        CompletableFuture<Appended> looking = start(A, "new", "1");
        CompletableFuture<Appended> waiting = log().append(A, Events.batch("2")).toCompletableFuture();
        awaitBlocked();
        closeLog();
        open = null;
        assertThatThrownBy(() -> join(looking)).isInstanceOf(EventLogException.Unavailable.class);
        assertThatThrownBy(() -> join(waiting)).isInstanceOf(EventLogException.Unavailable.class);
    }

    /** The reader has seen where the events are, and the store deletes them before it reads them. */
    @Test
    void historyOfATaskThatIsDeletedMeanwhileEnds() {
        // Watched, it stays in the heap, but not its events.
        log().watch(A, new RecordingWatcher());
        append(log(), A, "1");
        log().runMaintenance();
        blockReadsBy(thread -> thread != test);
        CompletableFuture<List<StoredEvent>> history = CompletableFuture.supplyAsync(
                () -> log().history(A, 0, 10),
                work -> TestExecutors.threads().newThread(work).start());
        awaitBlocked();
        log().delete(A);
        log().runMaintenance();
        release.countDown();
        assertThatThrownBy(() -> join(history)).isInstanceOf(EventLogException.NoSuchTask.class);
    }
}
