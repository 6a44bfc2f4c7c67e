package io.taskstream.eventlog.embedded;

import static io.taskstream.testing.Stages.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taskstream.eventlog.EventLog.LogWatcher;
import io.taskstream.eventlog.EventLogException;
import io.taskstream.eventlog.embedded.journal.Journal;
import io.taskstream.eventlog.embedded.store.Corruption;
import io.taskstream.eventlog.embedded.store.StoreFile;
import io.taskstream.eventlog.embedded.store.StoreInternals;
import io.taskstream.metrics.Histogram;
import io.taskstream.metrics.LogMeters;
import io.taskstream.metrics.Stopwatch;
import io.taskstream.task.InvalidTaskException;
import io.taskstream.task.Task;
import io.taskstream.testing.TestExecutors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.h2.mvstore.DataUtils;
import org.h2.mvstore.MVMap;
import org.h2.mvstore.MVStore;
import org.h2.mvstore.WriteBuffer;
import org.h2.store.fs.FilePath;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A fault of the program or of the process: nothing is dropped, nothing is acknowledged wrongly, and no file or thread is
 * leaked.
 */
@Timeout(60)
final class FaultTest extends LogFixture {

    private static final String FULL = "Java heap space, says the test";
    private final List<Thread> threads = new ArrayList<>();

    private EmbeddedEventLog open(InstantSource clock, ThreadFactory factory) {
        closeLog();
        open = null;
        open = new EmbeddedEventLog(
                options(), clock, new Random(), TestExecutors.shared(), factory, LogMeters.create(), () -> 0);
        return open;
    }

    private EmbeddedOptions options() {
        return new EmbeddedOptions(directory.toString(), Durability.SYNC, OpenLog.KEEP_ALL, 1 << 20, 8, 0);
    }

    private static Stopwatch stopwatch() {
        return new Stopwatch(Histogram.ofDurations(), () -> 0);
    }

    private Thread recorded(Runnable work) {
        Thread thread = TestExecutors.threads().newThread(work);
        threads.add(thread);
        return thread;
    }

    @Test
    void aFaultIsNoDamage() {
        var invalid = new InvalidTaskException("id", "wrong");
        assertThat(Corruption.isIn(invalid)).isFalse();
        assertThat(Corruption.isIn(new IndexOutOfBoundsException("7"))).isFalse();
        assertThat(Corruption.isIn(corrupt(DataUtils.ERROR_FILE_CORRUPT, StoreInternals.fault("read", invalid))))
                .isFalse();
        assertThat(Corruption.isIn(corrupt(DataUtils.ERROR_INTERNAL, new OutOfMemoryError(FULL))))
                .isFalse();
        assertThat(Corruption.isIn(corrupt(DataUtils.ERROR_READING_FAILED, new IOException("Input/output error"))))
                .isFalse();
        assertThat(Corruption.isIn(corrupt(DataUtils.ERROR_FILE_CORRUPT, new IndexOutOfBoundsException("7"))))
                .isTrue();
        assertThat(Corruption.isIn(new IllegalStateException(corrupt(DataUtils.ERROR_CHUNK_NOT_FOUND, null))))
                .isTrue();
    }

    private static RuntimeException corrupt(int code, @Nullable Throwable cause) {
        RuntimeException failure = DataUtils.newMVStoreException(code, "from MVStore");
        failure.initCause(cause);
        return failure;
    }

    @Test
    void aChangeThatCanNotBeReadRefusesTheLogAndLosesNothing() throws IOException {
        EmbeddedEventLog log = open();
        create(log, A);
        append(log, A, "1");
        log.runMaintenance();
        closeLog();
        open = null;
        writeGroup(
                3,
                changes -> changes.put((byte) 1)
                        .putVarLong(9)
                        .putVarInt(5)
                        .putStringData("epoch", 5)
                        .putVarInt(3)
                        .putStringData("a/b", 3));
        Map<Path, Long> before = sizes();
        assertThatThrownBy(this::open)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("can't read")
                .hasRootCauseInstanceOf(InvalidTaskException.class);
        assertThat(sizes().keySet()).isEqualTo(before.keySet());

        Files.delete(directory.resolve("journal-%016x".formatted(3)));
        assertThat(data(open(), A)).containsExactly("1");
    }

    private void writeGroup(long number, Consumer<WriteBuffer> changes) throws IOException {
        try (var journal = new Journal(FilePath.get(directory.toString()), true, stopwatch(), stopwatch())) {
            journal.begin(number);
            var group = new WriteBuffer();
            Journal.beginGroup(group);
            changes.accept(group);
            journal.write(number, group);
            journal.confirm(number);
        }
    }

    private Map<Path, Long> sizes() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.collect(
                    Collectors.toMap(file -> file, file -> file.toFile().length()));
        }
    }

    @Test
    void aTaskThatThisVersionDoesNotReadIsNotTakenForDamage() throws IOException {
        EmbeddedEventLog log = open();
        create(log, A);
        append(log, A, "1");
        closeLog();
        open = null;
        byte[] task = putTaskOfAnotherForm();

        assertThatThrownBy(this::open).hasStackTraceContaining(StoreInternals.FAULT.getName());
        assertThat(sizes().keySet()).noneMatch(file -> file.toString().endsWith(".corrupt"));
        try (MVStore store = StoreInternals.open(directory.resolve("events.mv"))) {
            assertThat(store.getMapNames()).contains("tasks");
            assertThat(StoreInternals.rawTasks(store).get(99L)).isEqualTo(task);
        }
    }

    private byte[] putTaskOfAnotherForm() {
        byte[] task = {99, 3, 'a', '/', 'b'};
        try (MVStore store = StoreInternals.open(directory.resolve("events.mv"))) {
            MVMap<Long, byte[]> tasks = StoreInternals.rawTasks(store);
            tasks.clear();
            tasks.put(99L, task);
            StoreInternals.putOrdinal(store, B, 99);
            store.commit();
        }
        return task;
    }

    static Stream<Throwable> faults() {
        return Stream.of(
                new OutOfMemoryError(FULL), new IllegalStateException("A fault"), new AssertionError("Another"));
    }

    @ParameterizedTest
    @MethodSource("faults")
    void whatFailsBeforeItIsInTheJournalIsRefusedAndAllElseGoesOn(Throwable fault) throws InterruptedException {
        closeLog();
        StoreFile file = StoreFile.open(FilePath.get(directory + "/events.mv"), 1, time);
        var cache = new TaskCache(file);
        var group = new CommitGroup(cache, OpenLog.KEEP_ALL.keys(), time, new Random(), 1);
        var budget = new DirtyBudget(() -> {});
        var journal = new Journal(FilePath.get(directory.toString()), true, stopwatch(), stopwatch());
        var committer = new Committer(
                journal,
                group,
                options(),
                budget,
                time,
                new CommitTimes(LogMeters.create().commits(), () -> 0),
                0,
                new LinkedHashSet<>());
        Thread thread = recorded(committer);
        thread.start();
        CompletableFuture<Boolean> faulty = committer.submit(new WriteRequest<>(stage -> {
            stage.create(Task.open(A, null, Map.of(), time.instant()), cache.stamp(A));
            stage.journal().put((byte) 77);
            throw sneaky(fault);
        }));
        assertThatThrownBy(faulty::join).hasCauseInstanceOf(EventLogException.Unavailable.class);
        Task next = Task.open(B, null, Map.of(), time.instant());
        assertThat(committer
                        .submit(new WriteRequest<>(stage -> stage.create(next, cache.stamp(B))))
                        .join())
                .isEqualTo(CommitGroup.Creation.CREATED);
        assertThat(committer.failure()).isNull();
        await("all is well", () -> committer.trouble() == null);
        committer.close();
        thread.join();
        file.close();

        EmbeddedEventLog log = open();
        assertThat(log.find(A)).isEmpty();
        assertThat(log.find(B)).isPresent();
    }

    @SuppressWarnings("unchecked")
    private static <E extends Throwable> RuntimeException sneaky(Throwable fault) throws E {
        throw (E) fault;
    }

    @Test
    void anErrorBehindTheJournalEndsTheLogWhichSaysSo() {
        EmbeddedEventLog log = open();
        create(log, A);
        append(log, A, "1");
        log.watch(A, new LogWatcher() {
            @Override
            public void appended() {
                throw new OutOfMemoryError(FULL);
            }

            @Override
            public void deleted() {}
        });
        assertThat(log.failure()).isEmpty();
        for (int i = 0; i < 3; i++) {
            assertThatThrownBy(() -> append(log, A, "2"))
                    .isInstanceOf(EventLogException.Unavailable.class)
                    .hasMessageContaining("started again")
                    .hasMessageContaining(FULL);
        }
        assertThatThrownBy(() -> create(log, B)).isInstanceOf(EventLogException.Unavailable.class);
        assertThatThrownBy(log::runMaintenance).isInstanceOf(EventLogException.Unavailable.class);
        assertThat(log.failure()).hasValueSatisfying(why -> assertThat(why).contains(FULL));
        assertThat(log.trouble()).isEqualTo(log.failure());
        assertThat(data(log, A)).startsWith("1");

        // It was in the journal; whether it is kept was not said.
        assertThat(data(open(), A)).containsExactly("1", "2");
    }

    @Test
    void anInterruptEndsAndOccupiesNoThread() {
        EmbeddedEventLog log = open(time, this::recorded);
        create(log, A);
        for (int i = 1; i <= 5; i++) {
            threads.forEach(Thread::interrupt);
            await(
                    "the threads wait again",
                    () -> threads.stream()
                            .allMatch(thread ->
                                    !thread.isInterrupted() && thread.getState() == Thread.State.TIMED_WAITING));
            appendOnceItIsWell(log, i);
        }
        assertThat(log.failure()).isEmpty();
        assertThat(data(open(), A)).hasSize(5);
    }

    /** The interrupt may have reached the thread in the journal. */
    private static void appendOnceItIsWell(EmbeddedEventLog log, int number) {
        await("well", () -> log.trouble().isEmpty());
        append(log, A, Integer.toString(number));
    }

    @Test
    void aCloserThatIsInterruptedClosesAllAndStaysInterrupted() {
        EmbeddedEventLog log = open(time, this::recorded);
        create(log, A);
        append(log, A, "1");
        Thread.currentThread().interrupt();
        log.close();
        assertThat(Thread.interrupted()).isTrue();
        assertThat(threads).noneMatch(Thread::isAlive);
        open = null;
        assertThat(data(open(), A)).containsExactly("1");
    }

    @ParameterizedTest
    @MethodSource("factories")
    void aLogThatGetsNoThreadsKeepsNothingOpen(Refusal refusal) {
        EmbeddedEventLog log = open(time, this::recorded);
        create(log, A);
        for (int at = 0; at < 2; at++) {
            int refused = threads.size() + at;
            assertThatThrownBy(() -> open(
                            time, work -> threads.size() == refused ? refusal.make(threads, work) : recorded(work)))
                    .isInstanceOf(Throwable.class)
                    .hasMessageNotContaining("another process");
            await("no thread runs", () -> threads.stream().noneMatch(Thread::isAlive));
        }
        assertThat(open(time, this::recorded).find(A)).isPresent();
    }

    /** How a server refuses to give a thread. */
    interface Refusal {
        @Nullable
        Thread make(List<Thread> threads, Runnable work);
    }

    static Stream<Refusal> factories() {
        return Stream.of(
                (threads, work) -> null,
                (threads, work) -> {
                    throw new IllegalStateException("The factory is shut down");
                },
                (threads, work) -> {
                    Thread thread = new Thread(work) {
                        @Override
                        public synchronized void start() {
                            throw new OutOfMemoryError("unable to create native thread, says the test");
                        }
                    };
                    threads.add(thread);
                    return thread;
                });
    }

    @Test
    void aStartThatFailsInItsClockKeepsNothingOpen() {
        create(open(), A);
        var fault = new AtomicReference<@Nullable Error>(new OutOfMemoryError(FULL));
        assertThatThrownBy(() -> open(
                        () -> {
                            Error error = fault.get();
                            if (error != null) {
                                throw error;
                            }
                            return time.instant();
                        },
                        this::recorded))
                .isInstanceOf(OutOfMemoryError.class);
        fault.set(null);
        assertThat(open().find(A)).isPresent();
    }
}
