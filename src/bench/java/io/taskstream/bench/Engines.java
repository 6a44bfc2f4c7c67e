package io.taskstream.bench;

import io.taskstream.eventlog.Batch;
import io.taskstream.eventlog.EventLog;
import io.taskstream.eventlog.embedded.Durability;
import io.taskstream.eventlog.embedded.EmbeddedEventLog;
import io.taskstream.eventlog.embedded.EmbeddedOptions;
import io.taskstream.eventlog.embedded.Retention;
import io.taskstream.eventlog.memory.MemoryBounds;
import io.taskstream.eventlog.memory.MemoryEventLog;
import io.taskstream.eventlog.redis.RedisConfig;
import io.taskstream.eventlog.redis.RedisEventLog;
import io.taskstream.metrics.Histogram;
import io.taskstream.metrics.LogMeters;
import io.taskstream.metrics.Stopwatch;
import io.taskstream.task.EventData;
import io.taskstream.task.EventReader;
import io.taskstream.task.Task;
import io.taskstream.task.TaskId;
import jakarta.json.bind.JsonbBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.stream.Stream;

/** Opens engines in this process, and makes what is put into them. */
final class Engines {

    /** Nothing is let go. */
    static final Retention KEEP_ALL =
            new Retention(Duration.ofDays(365), Integer.MAX_VALUE, Long.MAX_VALUE, Long.MAX_VALUE, Duration.ofHours(1));

    private static final long RECENT_BYTES = 64L << 20;
    private static final int CACHE_MEGABYTES = 16;

    private static final EventReader READER = new EventReader(JsonbBuilder.create());
    private static final ExecutorService EXECUTOR = Executors.newFixedThreadPool(2, Engines::daemon);
    private static final ScheduledExecutorService SCHEDULER = Executors.newScheduledThreadPool(1, Engines::daemon);

    private Engines() {}

    /** The embedded engine with its bounds as they are by default. */
    static EventLog embedded(Path directory, Durability durability, Retention retention) {
        var options = new EmbeddedOptions(directory.toString(), durability, retention, RECENT_BYTES, CACHE_MEGABYTES);
        return new EmbeddedEventLog(
                options,
                InstantSource.system(),
                new Random(),
                EXECUTOR,
                Engines::daemon,
                LogMeters.create(),
                System::nanoTime);
    }

    /** The memory engine, which keeps so many events of a task. */
    static EventLog memory(int events) {
        return new MemoryEventLog(new MemoryBounds(events, 64L << 20, 1_000), InstantSource.system(), new Random());
    }

    /** The redis engine with its bounds as they are by default, as a server of its own: it shares no connection. */
    static EventLog redis(String uri) {
        return RedisEventLog.open(
                new RedisConfig(
                        new RedisConfig.Server(List.of(uri), false, "taskstream:", 0),
                        new RedisConfig.Retention(100_000, Duration.ofDays(7), Duration.ofDays(1)),
                        RedisConfig.Timeouts.usual()),
                new RedisConfig.Threads(EXECUTOR, SCHEDULER, System::nanoTime),
                new Random(),
                stopwatch());
    }

    private static Stopwatch stopwatch() {
        return new Stopwatch(Histogram.ofDurations(), System::nanoTime);
    }

    private static Thread daemon(Runnable work) {
        var thread = new Thread(work);
        thread.setDaemon(true);
        return thread;
    }

    /** A new open task of that name. */
    static TaskId create(EventLog log, String name) {
        var id = new TaskId(name);
        if (!log.create(Task.open(id, null, Map.of("kind", "bench"), Instant.now()))) {
            throw new IllegalStateException("There is a task " + id + " already");
        }
        return id;
    }

    /** Some hundred bytes of text as agents say it. */
    static EventData event() {
        return READER.read(
                "{\"type\":\"message_delta\",\"text\":\"" + "Some words, and then some more. ".repeat(3) + "\"}");
    }

    /** A batch of equal events. */
    static Batch batch(int events) {
        return Batch.of(Collections.nCopies(events, event()));
    }

    /** A batch that ends its task. */
    static Batch lastBatch(int events) {
        List<EventData> all = new ArrayList<>(batch(events).events());
        all.set(events - 1, READER.read("{\"type\":\"done\"}"));
        return Batch.of(all);
    }

    /** The bytes of live objects, after collections. */
    static long liveHeap() {
        for (int i = 0; i < 3; i++) {
            System.gc();
        }
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    /** The bytes of all files of the directory. */
    static long bytesIn(Path directory) {
        try (Stream<Path> files = Files.list(directory)) {
            return files.mapToLong(Engines::size).sum();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static long size(Path file) {
        try {
            return Files.size(file);
        } catch (NoSuchFileException e) {
            return 0;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** An empty directory of that name, where the build puts what it makes. */
    static Path emptyDirectory(String name) {
        Path directory = Path.of(System.getProperty("bench.directory", "target/bench"), name);
        delete(directory);
        try {
            return Files.createDirectories(directory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Deletes the directory with all that is in it. */
    static void delete(Path directory) {
        if (!Files.exists(directory)) {
            return;
        }
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
