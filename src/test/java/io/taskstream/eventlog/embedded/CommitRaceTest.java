package io.taskstream.eventlog.embedded;

import static io.taskstream.testing.Stages.await;
import static io.taskstream.testing.Stages.join;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taskstream.eventlog.EventLog;
import io.taskstream.eventlog.EventLogException;
import io.taskstream.task.TaskId;
import io.taskstream.testing.Events;
import io.taskstream.testing.FailingFiles;
import io.taskstream.testing.TestExecutors;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Publishers commit on their own threads while the commit thread commits, checkpoints begin, and the log is closed. */
final class CommitRaceTest extends LogFixture {

    private static final int PUBLISHERS = 8;
    private static final int APPENDS = 100;

    @AfterEach
    void heal() {
        FailingFiles.heal();
    }

    @Test
    void everyAppendIsKeptInItsOrderWhoeverCommitsIt() {
        EmbeddedEventLog log = open();
        CompletableFuture<List<Integer>> published = publish(log, publisher -> publishAll(log, publisher));
        while (!published.isDone()) {
            log.runMaintenance();
        }
        assertThat(join(published)).containsOnly(APPENDS);
        assertKept(log, join(published));
        assertKept(open(), join(published));
    }

    @Test
    void whatWasAcknowledgedBeforeTheLogWasClosedIsKept() {
        EmbeddedEventLog log = open();
        CompletableFuture<List<Integer>> published = publish(log, publisher -> publishAll(log, publisher));
        while (log.find(task(0)).orElseThrow().last().sequence() < APPENDS / 4) {
            Thread.onSpinWait();
        }
        log.close();
        open = null;
        List<Integer> acknowledged = join(published);
        EmbeddedEventLog reopened = open();
        for (int publisher = 0; publisher < PUBLISHERS; publisher++) {
            assertThat(data(reopened, task(publisher)))
                    .hasSizeGreaterThanOrEqualTo(acknowledged.get(publisher))
                    .isEqualTo(numbers(data(reopened, task(publisher)).size()));
        }
    }

    @Test
    void anInterruptedThreadCommitsAndStaysInterrupted() {
        EmbeddedEventLog log = open();
        create(log, A);
        for (int i = 0; i < APPENDS; i++) {
            Thread.currentThread().interrupt();
            var kept = log.appendHere(A, Events.batch(Integer.toString(i)));
            assertThat(Thread.interrupted()).isTrue();
            join(kept);
        }
        assertThat(log.trouble()).isEmpty();
        assertThat(data(log, A)).isEqualTo(numbers(APPENDS));
    }

    @Test
    void anInterruptWithinACommitFailsNothing() {
        EmbeddedEventLog log = open();
        create(log, A);
        Thread publisher = Thread.currentThread();
        var isOver = new AtomicBoolean();
        CompletableFuture<Void> interrupter = CompletableFuture.runAsync(
                () -> {
                    while (!isOver.get()) {
                        publisher.interrupt();
                        LockSupport.parkNanos(100_000);
                    }
                },
                TestExecutors.shared());
        try {
            for (int i = 0; i < APPENDS; i++) {
                log.appendHere(A, Events.batch(Integer.toString(i)))
                        .toCompletableFuture()
                        .join();
            }
        } finally {
            isOver.set(true);
            interrupter.join();
            Thread.interrupted();
        }
        assertThat(log.trouble()).isEmpty();
        assertThat(data(log, A)).isEqualTo(numbers(APPENDS));
    }

    private EmbeddedEventLog openWithoutCheckpoints(Durability durability) {
        EmbeddedEventLog log = OpenLog.withoutCheckpoints(
                new EmbeddedOptions(FailingFiles.at(directory.toString()), durability, OpenLog.KEEP_ALL, 1 << 20, 8),
                time);
        open = log;
        create(log, A);
        return log;
    }

    /** Appends an event that is forced at once, until this thread has committed one, which means that the commit thread waits. */
    private void awaitTheCommitThreadToWait(EmbeddedEventLog log) {
        await("this thread commits", () -> {
            time.advance(Duration.ofSeconds(2));
            return log.appendHere(A, Events.batch("0")).toCompletableFuture().isDone();
        });
    }

    @Test
    void theCommitThreadForcesWhatAPublisherHasNot() {
        EmbeddedEventLog log = openWithoutCheckpoints(Durability.INTERVAL);
        var forces = new AtomicInteger();
        FailingFiles.failForce(name -> forces.incrementAndGet() < 0);
        for (int i = 0; i < 3; i++) {
            awaitTheCommitThreadToWait(log);
            int before = forces.get();
            join(log.appendHere(A, Events.batch("1")));
            time.advance(Duration.ofSeconds(2));
            await("it is forced", () -> forces.get() > before);
        }
    }

    @Test
    void theCommitThreadOpensTheJournalThatAPublisherCouldNotWrite() {
        EmbeddedEventLog log = openWithoutCheckpoints(Durability.SYNC);
        awaitTheCommitThreadToWait(log);
        FailingFiles.failForce(name -> name.startsWith("journal"));
        assertThatThrownBy(() -> join(log.appendHere(A, Events.batch("1"))))
                .isInstanceOf(EventLogException.Unavailable.class);
        assertThat(log.trouble()).isPresent();
        FailingFiles.heal();
        await("the log can be written", () -> log.trouble().isEmpty());
    }

    private CompletableFuture<List<Integer>> publish(EmbeddedEventLog log, IntUnaryOperator work) {
        IntStream.range(0, PUBLISHERS).forEach(publisher -> create(log, task(publisher)));
        List<CompletableFuture<Integer>> all = IntStream.range(0, PUBLISHERS)
                .mapToObj(publisher -> CompletableFuture.supplyAsync(
                        () -> work.applyAsInt(publisher),
                        thread -> TestExecutors.threads().newThread(thread).start()))
                .toList();
        return CompletableFuture.allOf(all.toArray(CompletableFuture[]::new))
                .thenApply(ended -> all.stream().map(CompletableFuture::join).toList());
    }

    /** Every third append is left to the commit thread. Returns how many were acknowledged before the log was closed. */
    private static int publishAll(EventLog log, int publisher) {
        for (int i = 0; i < APPENDS; i++) {
            try {
                var batch = Events.batch(Integer.toString(i));
                join(i % 3 == 0 ? log.append(task(publisher), batch) : log.appendHere(task(publisher), batch));
            } catch (EventLogException.Unavailable e) {
                return i;
            }
        }
        return APPENDS;
    }

    private static void assertKept(EmbeddedEventLog log, List<Integer> acknowledged) {
        for (int publisher = 0; publisher < PUBLISHERS; publisher++) {
            assertThat(data(log, task(publisher))).isEqualTo(numbers(acknowledged.get(publisher)));
        }
    }

    private static List<String> numbers(int count) {
        return IntStream.range(0, count).mapToObj(Integer::toString).toList();
    }

    private static TaskId task(int publisher) {
        return new TaskId("t" + publisher);
    }
}
