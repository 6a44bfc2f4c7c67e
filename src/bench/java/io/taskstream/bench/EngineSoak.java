package io.taskstream.bench;

import io.taskstream.eventlog.Batch;
import io.taskstream.eventlog.EventLog;
import io.taskstream.eventlog.embedded.Durability;
import io.taskstream.eventlog.embedded.Retention;
import io.taskstream.task.TaskId;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * A long proof: creates, publishes, finishes and trims at a steady rate, prints heap and disk every while, and fails if
 * either grows from the second third of the time to the last. System properties, all optional:
 *
 * <ul>
 *   <li>{@code bench.soak.minutes}: how long, 30
 *   <li>{@code bench.soak.tasks}: tasks a second, 20, of 50 events each
 *   <li>{@code bench.soak.kept}: for how many seconds a task is kept after its end, 60
 * </ul>
 */
public final class EngineSoak {

    private static final int BATCHES = 5;
    private static final int EVENTS_OF_BATCH = 10;
    private static final long SECOND = 1_000_000_000L;
    private static final long INTERVAL = 20 * SECOND;

    /** What a collection and a compaction may leave by chance. */
    private static final double SLACK = 1.25;

    private static final long SLACK_BYTES = 8 << 20;

    private final Path directory = Engines.emptyDirectory("soak");
    private final long minutes = Long.getLong("bench.soak.minutes", 30);
    private final int tasksPerSecond = Integer.getInteger("bench.soak.tasks", 20);
    private final Duration kept = Duration.ofSeconds(Long.getLong("bench.soak.kept", 60));
    private final Batch batch = Engines.batch(EVENTS_OF_BATCH);
    private final Batch lastBatch = Engines.lastBatch(EVENTS_OF_BATCH);
    private final List<Sample> samples = new ArrayList<>();

    private EngineSoak() {}

    /** Heap and disk at one moment, in bytes. */
    private record Sample(long heap, long disk) {}

    public static void main(String[] arguments) throws InterruptedException {
        new EngineSoak().run();
    }

    private void run() throws InterruptedException {
        var retention = new Retention(kept, Integer.MAX_VALUE, Long.MAX_VALUE, 1L << 40, kept);
        long start = System.nanoTime();
        long sampled = start;
        long created = 0;
        try (EventLog log = Engines.embedded(directory, Durability.SYNC, retention)) {
            while (System.nanoTime() - start < minutes * 60 * SECOND) {
                long due = (System.nanoTime() - start) * tasksPerSecond / SECOND;
                while (created < due) {
                    runTask(log, "soak-" + ++created);
                }
                if (System.nanoTime() - sampled >= INTERVAL) {
                    sampled += INTERVAL;
                    sample(log, (sampled - start) / SECOND, created);
                }
                Thread.sleep(20);
            }
        }
        check();
        Engines.delete(directory);
    }

    private void runTask(EventLog log, String name) {
        TaskId task = Engines.create(log, name);
        for (int i = 1; i < BATCHES; i++) {
            log.append(task, batch).toCompletableFuture().join();
        }
        log.append(task, lastBatch).toCompletableFuture().join();
    }

    private void sample(EventLog log, long seconds, long created) {
        log.trouble().ifPresent(trouble -> {
            throw new IllegalStateException(trouble);
        });
        var now = new Sample(Engines.liveHeap(), Engines.bytesIn(directory));
        samples.add(now);
        System.out.printf(
                "%5d s: %,d tasks so far, live heap %.1f MiB, on disk %.1f MiB%n",
                seconds, created, mebibytes((double) now.heap()), mebibytes((double) now.disk()));
    }

    private void check() {
        int third = samples.size() / 3;
        List<Sample> middle = samples.subList(third, 2 * third);
        List<Sample> end = samples.subList(2 * third, samples.size());
        check(
                "heap",
                middle.stream().mapToLong(Sample::heap).average().orElseThrow(),
                end.stream().mapToLong(Sample::heap).average().orElseThrow());
        check(
                "disk",
                middle.stream().mapToLong(Sample::disk).average().orElseThrow(),
                end.stream().mapToLong(Sample::disk).average().orElseThrow());
    }

    private static void check(String what, double middle, double end) {
        System.out.printf(
                "%s: %.1f MiB on average in the second third, %.1f MiB in the last%n",
                what, mebibytes(middle), mebibytes(end));
        if (end > middle * SLACK + SLACK_BYTES) {
            throw new IllegalStateException("The " + what + " is not flat");
        }
    }

    private static double mebibytes(double bytes) {
        return bytes / (1 << 20);
    }
}
