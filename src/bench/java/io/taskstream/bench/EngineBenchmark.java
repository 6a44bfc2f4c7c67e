package io.taskstream.bench;

import io.taskstream.eventlog.Appended;
import io.taskstream.eventlog.Batch;
import io.taskstream.eventlog.Chunk;
import io.taskstream.eventlog.EventLog;
import io.taskstream.eventlog.embedded.Durability;
import io.taskstream.task.TaskId;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import java.util.stream.IntStream;

/**
 * Measures the engines without a server, one after the other in every round: single appends of publishers that wait for
 * each answer, batches as NDJSON brings them, and the reading of a long log from the disk. A publisher is a thread, or,
 * as in the server, where nobody waits, what goes on when the answer comes. System properties, all optional:
 *
 * <ul>
 *   <li>{@code bench.rounds}: how many count, 3; the median is shown
 *   <li>{@code bench.seconds}: of each measurement, 2
 * </ul>
 */
public final class EngineBenchmark {

    private static final int[] PUBLISHERS = {1, 8, 64};
    private static final int EVENTS_OF_BATCH = 128;
    private static final int LONG_LOG = 100_000;
    private static final int PAGE = 1 << 16;

    private final Path directory = Engines.emptyDirectory("engines");
    private final int rounds = Integer.getInteger("bench.rounds", 3);
    private final long nanos = Integer.getInteger("bench.seconds", 2) * 1_000_000_000L;
    private final AtomicLong names = new AtomicLong();

    private EngineBenchmark() {}

    public static void main(String[] arguments) {
        new EngineBenchmark().run();
    }

    private void run() {
        try (EventLog embedded = Engines.embedded(directory.resolve("sync"), Durability.SYNC, Engines.KEEP_ALL);
                EventLog memory = Engines.memory()) {
            for (int publishers : PUBLISHERS) {
                compare(
                        publishers + " threads, single appends/s",
                        () -> inThreads(embedded, publishers, Engines.batch(1)),
                        () -> inThreads(memory, publishers, Engines.batch(1)));
            }
            for (int publishers : PUBLISHERS) {
                compare(
                        publishers + " publishers that hold no thread, single appends/s",
                        () -> inStages(embedded, publishers, Engines.batch(1)),
                        () -> inStages(memory, publishers, Engines.batch(1)));
            }
            for (int publishers : new int[] {1, 8}) {
                compare(
                        publishers + " threads, batches of " + EVENTS_OF_BATCH + ", events/s",
                        () -> inThreads(embedded, publishers, Engines.batch(EVENTS_OF_BATCH)),
                        () -> inThreads(memory, publishers, Engines.batch(EVENTS_OF_BATCH)));
            }
        }
        resume();
        Engines.delete(directory);
    }

    /** Both in turn, so that what happens on the machine meanwhile happens to both. The first round is not counted. */
    private void compare(String what, LongSupplier embedded, LongSupplier memory) {
        long[] ofEmbedded = new long[rounds];
        long[] ofMemory = new long[rounds];
        for (int round = -1; round < rounds; round++) {
            long kept = embedded.getAsLong();
            long held = memory.getAsLong();
            if (round >= 0) {
                ofEmbedded[round] = kept;
                ofMemory[round] = held;
            }
        }
        long kept = median(ofEmbedded);
        long held = median(ofMemory);
        System.out.printf("%-55s sync %,10d  memory %,10d  (%.0f %%)%n", what, kept, held, 100.0 * kept / held);
    }

    private static long median(long[] values) {
        Arrays.sort(values);
        return values[values.length / 2];
    }

    /** Events a second with a thread for each publisher, each with a task of its own. */
    private long inThreads(EventLog log, int publishers, Batch batch) {
        List<TaskId> tasks = tasks(log, publishers);
        var appended = new AtomicLong();
        long start = System.nanoTime();
        List<Thread> threads = tasks.stream()
                .map(task -> new Thread(() -> {
                    long mine = 0;
                    while (System.nanoTime() - start < nanos) {
                        mine += log.append(task, batch)
                                .toCompletableFuture()
                                .join()
                                .count();
                    }
                    appended.addAndGet(mine);
                }))
                .toList();
        threads.forEach(Thread::start);
        threads.forEach(EngineBenchmark::join);
        return rate(appended.get(), start);
    }

    /** Events a second with publishers that go on when they are answered. */
    private long inStages(EventLog log, int publishers, Batch batch) {
        var appended = new AtomicLong();
        List<TaskId> tasks = tasks(log, publishers);
        long end = System.nanoTime() + nanos;
        long start = System.nanoTime();
        List<CompletableFuture<Void>> all = new ArrayList<>();
        for (TaskId task : tasks) {
            var done = new CompletableFuture<Void>();
            all.add(done);
            goOn(log, task, batch, appended, end, done);
        }
        all.forEach(CompletableFuture::join);
        return rate(appended.get(), start);
    }

    private static void goOn(
            EventLog log, TaskId task, Batch batch, AtomicLong appended, long end, CompletableFuture<Void> done) {
        while (System.nanoTime() < end) {
            var answer = log.append(task, batch).toCompletableFuture();
            if (!answer.isDone()) {
                CompletionStage<Appended> stage = answer;
                stage.whenComplete((kept, failure) -> {
                    if (failure != null) {
                        done.completeExceptionally(failure);
                        return;
                    }
                    appended.addAndGet(kept.count());
                    goOn(log, task, batch, appended, end, done);
                });
                return;
            }
            appended.addAndGet(answer.join().count());
        }
        done.complete(null);
    }

    private List<TaskId> tasks(EventLog log, int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> Engines.create(log, "bench-" + names.incrementAndGet()))
                .toList();
    }

    /** A viewer that comes after a restart reads everything. */
    private void resume() {
        Path place = directory.resolve("resume");
        TaskId task;
        try (EventLog log = Engines.embedded(place, Durability.SYNC, Engines.KEEP_ALL)) {
            task = Engines.create(log, "long");
            for (int i = 0; i < LONG_LOG; i += 100) {
                log.append(task, Engines.batch(100)).toCompletableFuture().join();
            }
        }
        for (int round = 0; round < rounds; round++) {
            try (EventLog log = Engines.embedded(place, Durability.SYNC, Engines.KEEP_ALL)) {
                long start = System.nanoTime();
                long bytes = readAll(log, task);
                double millis = (System.nanoTime() - start) / 1e6;
                System.out.printf(
                        "%,d events (%.1f MB) read after a restart in %.0f ms: %,.0f events/s%n",
                        LONG_LOG, bytes / 1e6, millis, LONG_LOG / millis * 1000);
            }
        }
    }

    private static long readAll(EventLog log, TaskId task) {
        long after = 0;
        long bytes = 0;
        while (after < LONG_LOG) {
            Chunk chunk = log.read(task, after, PAGE).toCompletableFuture().join();
            if (chunk.first().sequence() != after + 1) {
                throw new IllegalStateException(chunk.first() + " follows " + after);
            }
            after = chunk.last();
            bytes += chunk.length();
        }
        return bytes;
    }

    private static long rate(long count, long start) {
        return (long) (count / ((System.nanoTime() - start) / 1e9));
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
