package io.taskstream.bench;

import io.taskstream.eventlog.Batch;
import io.taskstream.eventlog.Chunk;
import io.taskstream.eventlog.EventLog;
import io.taskstream.eventlog.TaskQuery;
import io.taskstream.eventlog.embedded.Durability;
import io.taskstream.task.TaskId;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;

/**
 * A long proof: many finished tasks cost neither heap nor time at the start. Prints what a store of them costs, and fails
 * if that is too much. System properties, all optional:
 *
 * <ul>
 *   <li>{@code bench.scale.tasks}: how many tasks, 200,000, of 50 events each
 * </ul>
 */
public final class EngineScale {

    private static final int EVENTS = 50;
    private static final int READS = 2_000;
    private static final int PAGE = 1 << 16;
    private static final long MOST_HEAP = 64L << 20;
    private static final double MOST_SECONDS = 10;

    private final Path directory = Engines.emptyDirectory("scale");
    private final int tasks = Integer.getInteger("bench.scale.tasks", 200_000);

    private EngineScale() {}

    public static void main(String[] arguments) {
        new EngineScale().run();
    }

    private void run() {
        long empty = Engines.liveHeap();
        fill();
        long start = System.nanoTime();
        try (EventLog log = Engines.embedded(directory, Durability.NONE, Engines.KEEP_ALL)) {
            double opened = secondsSince(start);
            long afterStart = Engines.liveHeap() - empty;
            System.out.printf(
                    "%,d tasks of %d events, %,d MiB on disk: started in %.2f s, with %.1f MiB of heap%n",
                    tasks, EVENTS, Engines.bytesIn(directory) >> 20, opened, mebibytes(afterStart));
            start = System.nanoTime();
            readSome(log);
            double read = secondsSince(start);
            long afterReading = Engines.liveHeap() - empty;
            System.out.printf(
                    "%,d tasks here and there read in %.2f s (%.2f ms each): %.1f MiB of heap%n",
                    READS, read, read / READS * 1000, mebibytes(afterReading));
            if (opened > MOST_SECONDS || Math.max(afterStart, afterReading) > MOST_HEAP) {
                throw new IllegalStateException("That is too much");
            }
        }
        Engines.delete(directory);
    }

    private void fill() {
        Batch batch = Engines.lastBatch(EVENTS);
        long start = System.nanoTime();
        try (EventLog log = Engines.embedded(directory, Durability.NONE, Engines.KEEP_ALL)) {
            for (int i = 0; i < tasks; i++) {
                log.append(Engines.create(log, "scale-" + i), batch)
                        .toCompletableFuture()
                        .join();
            }
        }
        double seconds = secondsSince(start);
        System.out.printf("Filled in %.0f s: %,.0f events/s%n", seconds, (double) tasks * EVENTS / seconds);
    }

    /** Looks tasks up and reads them whole, and lists a page now and then. */
    private void readSome(EventLog log) {
        var random = new Random(7);
        for (int i = 0; i < READS; i++) {
            var task = new TaskId("scale-" + random.nextInt(tasks));
            Chunk chunk = log.read(task, 0, PAGE).toCompletableFuture().join();
            if (chunk.last() != EVENTS || !chunk.isEnd()) {
                throw new IllegalStateException(task + " ends with " + chunk.last());
            }
            if (i % 100 == 0
                    && log.list(new TaskQuery(null, Map.of(), 100, task)).isEmpty()
                    && !task.value().equals("scale-0")) {
                throw new IllegalStateException("There is nothing behind " + task);
            }
        }
    }

    private static double secondsSince(long start) {
        return (System.nanoTime() - start) / 1e9;
    }

    private static double mebibytes(long bytes) {
        return (double) bytes / (1 << 20);
    }
}
