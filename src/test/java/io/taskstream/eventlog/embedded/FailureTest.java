package io.taskstream.eventlog.embedded;

import static io.taskstream.testing.Events.DONE;
import static io.taskstream.testing.Stages.await;
import static io.taskstream.testing.Stages.join;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taskstream.eventlog.Appended;
import io.taskstream.eventlog.Batch;
import io.taskstream.eventlog.EventLog;
import io.taskstream.eventlog.EventLogException;
import io.taskstream.task.TaskId;
import io.taskstream.testing.Events;
import io.taskstream.testing.FailingFiles;
import io.taskstream.testing.LogReader;
import io.taskstream.testing.RecordingWatcher;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A disk that fails and recovers. */
final class FailureTest extends LogFixture {

    @AfterEach
    void heal() {
        FailingFiles.heal();
    }

    private EmbeddedEventLog openFailing() {
        return openFailing(Durability.SYNC);
    }

    private EmbeddedEventLog openFailing(Durability durability) {
        closeLog();
        String failing = FailingFiles.at(directory.toString());
        open = OpenLog.with(new EmbeddedOptions(failing, durability, OpenLog.KEEP_ALL, 1 << 20, 8), time);
        return open;
    }

    @Test
    void aFullDiskRefusesAppendsAndServesReads() {
        EmbeddedEventLog log = openFailing();
        create(log, A);
        append(log, A, "1");
        var watcher = new RecordingWatcher();
        log.watch(A, watcher);

        FailingFiles.failWrites(name -> true);
        assertThatThrownBy(() -> append(log, A, "2"))
                .isInstanceOf(EventLogException.Unavailable.class)
                .hasMessageContaining("No space left");
        assertThat(log.trouble()).isPresent();
        assertThat(data(log, A)).containsExactly("1");
        assertThat(LogReader.frames(log, A, 0, 100)).contains("\ndata: 1\n");
        assertThat(log.find(A).orElseThrow().last().sequence()).isEqualTo(1);
        assertThat(watcher.timesAppended()).isZero();

        FailingFiles.heal();
        await("recovered without being asked to", () -> log.trouble().isEmpty());
        assertThat(append(log, A, "3").last().sequence()).isEqualTo(2);
        assertThat(data(openFailing(), A)).containsExactly("1", "3");
    }

    @Test
    void whatCouldNotBeForcedIsNotAcknowledgedAndNotMixedWithWhatFollows() {
        EmbeddedEventLog log = openFailing();
        create(log, A);
        append(log, A, "1");

        FailingFiles.failForce(name -> name.startsWith("journal"));
        assertThatThrownBy(() -> append(log, A, "2")).isInstanceOf(EventLogException.Unavailable.class);
        assertThat(data(log, A)).containsExactly("1");

        FailingFiles.heal();
        assertThat(append(log, A, "3").last().sequence()).isEqualTo(2);
        assertThat(data(log, A)).containsExactly("1", "3");
        assertThat(data(openFailing(), A)).containsExactly("1", "3");
    }

    @Test
    void aStoreThatFailsCostsNothing() {
        EmbeddedEventLog log = openFailing();
        create(log, A);
        append(log, A, "1");
        log.runMaintenance();

        FailingFiles.failWrites(name -> name.startsWith("events"));
        append(log, A, "2");
        assertThatThrownBy(log::runMaintenance).isInstanceOf(RuntimeException.class);
        append(log, A, "3");
        assertThatThrownBy(log::runMaintenance).isInstanceOf(RuntimeException.class);
        assertThat(data(log, A)).isEqualTo(List.of("1", "2", "3"));

        FailingFiles.heal();
        log.runMaintenance();
        assertThat(data(log, A)).containsExactly("1", "2", "3");
        assertThat(data(openFailing(), A)).containsExactly("1", "2", "3");
    }

    @Test
    void aStoreThatCanNotBeWrittenIsStillRead() {
        closeLog();
        String failing = FailingFiles.at(directory.toString());
        EmbeddedEventLog log =
                OpenLog.withoutCheckpoints(new EmbeddedOptions(failing, Durability.SYNC, OpenLog.KEEP_ALL, 0, 8), time);
        open = log;
        create(log, A);
        append(log, A, "1");
        append(log, A, "2");
        log.runMaintenance();
        assertThat(log.tasksInHeap()).isZero();

        FailingFiles.failWrites(name -> name.startsWith("events"));
        create(log, B);
        for (int i = 0; i < 3; i++) {
            assertThatThrownBy(log::runMaintenance).isInstanceOf(RuntimeException.class);
            assertThat(data(log, A)).startsWith("1", "2");
            assertThat(LogReader.frames(log, A, 0, 1_000)).contains("\ndata: 1\n", "\ndata: 2\n");
            assertThat(append(log, A, "3").last().sequence()).isEqualTo(3 + i);
        }
        FailingFiles.heal();
    }

    @Test
    void aReadOnlyDirectoryServesReadsAndIsWrittenOnAsSoonAsItCanBe() {
        EmbeddedEventLog log = openFailing();
        create(log, A);
        append(log, A, "1");
        log.runMaintenance();
        append(log, A, "2");
        FailingFiles.failWrites(name -> name.startsWith("events"));
        closeLog();
        open = null;
        FailingFiles.heal();

        FailingFiles.makeReadOnly();
        EmbeddedEventLog readOnly = openFailing();
        assertThat(data(readOnly, A)).containsExactly("1", "2");
        assertThat(LogReader.frames(readOnly, A, 0, 1_000)).contains("\ndata: 1\n", "\ndata: 2\n");
        assertThat(readOnly.trouble()).hasValueSatisfying(why -> assertThat(why).contains("Read-only"));
        assertThatThrownBy(() -> append(readOnly, A, "3"))
                .isInstanceOf(EventLogException.Unavailable.class)
                .hasMessageContaining("Read-only");
        assertThatThrownBy(() -> create(readOnly, B)).isInstanceOf(EventLogException.Unavailable.class);
        assertThatThrownBy(() -> readOnly.delete(A)).isInstanceOf(EventLogException.Unavailable.class);
        assertThat(data(readOnly, A)).containsExactly("1", "2");

        FailingFiles.heal();
        await("recovered without being asked to", () -> readOnly.trouble().isEmpty());
        assertThat(append(readOnly, A, "3").last().sequence()).isEqualTo(3);
        readOnly.runMaintenance();
        assertThat(data(openFailing(), A)).containsExactly("1", "2", "3");
    }

    @Test
    void aDirectoryThatCanNotBeMadeIsUnavailable() throws IOException {
        Path file = Files.createFile(directory.resolve("file"));
        assertThatThrownBy(() -> OpenLog.in(file, time)).isInstanceOf(EventLogException.Unavailable.class);
        assertThatThrownBy(() -> OpenLog.in(file.resolve("log"), time))
                .isInstanceOf(EventLogException.Unavailable.class);
        Files.delete(file);
        open = OpenLog.in(file.resolve("log"), time);
        create(open, A);
    }

    @Test
    void anEmptyDirectoryThatIsReadOnlyIsUnavailable() {
        FailingFiles.makeReadOnly();
        assertThatThrownBy(this::openFailing)
                .isInstanceOf(EventLogException.Unavailable.class)
                .hasMessageContaining("can't be opened");
        FailingFiles.heal();
        create(openFailing(), A);
    }

    @Test
    void aSweepOfTheHeapThatFailsIsNoFailureOfTheStoreAndDelaysNothingElse() {
        var failsOnce = new AtomicBoolean();
        Thread test = Thread.currentThread();
        // The sweep alone asks for the time on the committing thread, as long as nothing is appended.
        InstantSource failing = () -> {
            if (Thread.currentThread() != test && failsOnce.compareAndSet(true, false)) {
                throw new IllegalStateException("The clock fails");
            }
            return time.instant();
        };
        var retention = new Retention(
                Duration.ofHours(1), Long.MAX_VALUE / 2, Long.MAX_VALUE, Long.MAX_VALUE, Duration.ofDays(1));
        EmbeddedEventLog log = OpenLog.withoutCheckpoints(
                new EmbeddedOptions(directory.toString(), Durability.SYNC, retention, 1 << 20, 8), failing);
        open = log;
        create(log, A);
        append(log, A, DONE);
        log.runMaintenance();
        time.advance(Duration.ofHours(2));

        failsOnce.set(true);
        log.runMaintenance();
        assertThat(failsOnce).isFalse();
        assertThat(log.find(A)).isEmpty();
    }

    /** Two objects of one task would each report to the store how far it reaches. */
    @Test
    void whatIsAppendedWhileTheStoreFailsIsKeptThoughTheTaskLeftTheHeapMeanwhile() throws InterruptedException {
        closeLog();
        String failing = FailingFiles.at(directory.toString());
        EmbeddedEventLog log =
                OpenLog.withoutCheckpoints(new EmbeddedOptions(failing, Durability.SYNC, OpenLog.KEEP_ALL, 0, 8), time);
        open = log;
        create(log, A);
        create(log, B);
        append(log, A, "1");
        log.runMaintenance();
        assertThat(log.tasksInHeap()).isZero();
        refuseInOneGroupWithAnAppend(log, A, B);

        FailingFiles.failWrites(name -> name.startsWith("events"));
        assertThatThrownBy(log::runMaintenance).isInstanceOf(RuntimeException.class);
        FailingFiles.heal();
        append(log, A, "2");
        var isFirst = new AtomicBoolean(true);
        FailingFiles.failWrites(name -> {
            if (name.startsWith("events") && isFirst.compareAndSet(true, false)) {
                append(log, A, "3");
            }
            return name.startsWith("events");
        });
        assertThatThrownBy(log::runMaintenance).isInstanceOf(RuntimeException.class);
        assertThat(isFirst).isFalse();
        FailingFiles.heal();
        log.runMaintenance();
        create(log, new TaskId("c"));
        log.runMaintenance();

        assertThat(data(log, A)).containsExactly("1", "2", "3");
        assertThat(data(openFailing(), A)).containsExactly("1", "2", "3");
    }

    /** Both wait while the commit thread notifies a watcher of an earlier append. */
    private void refuseInOneGroupWithAnAppend(EmbeddedEventLog log, TaskId refused, TaskId appendedTo)
            throws InterruptedException {
        var isTold = new CountDownLatch(1);
        var goOn = new CountDownLatch(1);
        EventLog.Watch watch = log.watch(appendedTo, new BlockingWatcher(isTold, goOn));
        try {
            log.watch(refused, new RecordingWatcher()).close();
            CompletionStage<Appended> first = log.append(appendedTo, Events.batch("1"));
            isTold.await();
            var wrong = new Batch(
                    Events.of("0"), log.find(refused).orElseThrow().last().at(77));
            CompletionStage<Appended> refusal = log.append(refused, wrong);
            CompletionStage<Appended> second = log.append(appendedTo, Events.batch("2"));
            goOn.countDown();
            join(first);
            assertThatThrownBy(() -> join(refusal)).isInstanceOf(EventLogException.UnexpectedLast.class);
            join(second);
        } finally {
            watch.close();
        }
    }

    /** Blocks the thread that notifies it of an append, until it is released. */
    record BlockingWatcher(CountDownLatch isTold, CountDownLatch goOn) implements EventLog.LogWatcher {

        @Override
        public void appended() {
            isTold.countDown();
            try {
                goOn.await();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }

        @Override
        public void deleted() {}
    }

    @Test
    @Timeout(60)
    void tasksThatTheStoreDoesNotTakeAreRefusedBeforeTheyFillTheHeap() {
        EmbeddedEventLog log = openFailing(Durability.NONE);
        FailingFiles.failWrites(name -> name.startsWith("events"));
        int created = countUntilTheHeapIsFull(number -> create(log, new TaskId("t" + number)));
        assertThat(created).isBetween(1_000, 40_000);

        FailingFiles.heal();
        log.runMaintenance();
        create(log, A);
        assertThat(log.find(new TaskId("t0"))).isPresent();
    }

    @Test
    @Timeout(60)
    void keysThatTheStoreDoesNotTakeAreRefusedBeforeTheyFillTheHeap() {
        EmbeddedEventLog log = openFailing(Durability.NONE);
        create(log, A);
        FailingFiles.failWrites(name -> name.startsWith("events"));
        String longKey = "k".repeat(240);
        int appended = 0;
        List<CompletionStage<Appended>> answers = List.of();
        while (answers.stream().noneMatch(FailureTest::isRefusedForTheHeap)) {
            // Many at once, for each waits for a thread that looks its key up.
            int first = appended;
            answers = IntStream.range(first, first + 200)
                    .mapToObj(number -> log.append(A, new Batch(Events.of("1"), null, longKey + number)))
                    .toList();
            appended += (int) answers.stream().filter(FailureTest::isKept).count();
        }
        assertThat(appended).isBetween(1_000, 200_000);

        FailingFiles.heal();
        log.runMaintenance();
        assertThat(append(log, A, "2").last().sequence()).isEqualTo(appended + 1);
    }

    private static boolean isKept(CompletionStage<Appended> answer) {
        return answer.handle((appended, failure) -> failure == null)
                .toCompletableFuture()
                .join();
    }

    private static boolean isRefusedForTheHeap(CompletionStage<Appended> answer) {
        return answer.handle((appended, failure) -> String.valueOf(failure).contains("the heap holds no more"))
                .toCompletableFuture()
                .join();
    }

    private static int countUntilTheHeapIsFull(IntConsumer call) {
        int count = 0;
        while (true) {
            try {
                call.accept(count);
                count++;
            } catch (EventLogException.Unavailable e) {
                if (String.valueOf(e.getMessage()).contains("the heap holds no more")) {
                    return count;
                }
                // The store is just being opened again.
            }
        }
    }
}
