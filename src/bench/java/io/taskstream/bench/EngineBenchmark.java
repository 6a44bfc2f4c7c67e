package io.taskstream.bench;

import io.taskstream.eventlog.Batch;
import io.taskstream.eventlog.Chunk;
import io.taskstream.eventlog.EventLog;
import io.taskstream.eventlog.embedded.Durability;
import io.taskstream.task.TaskId;
import io.taskstream.testing.RedisServer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Measures the engines without a server, one after the other in every round: single appends of publishers that wait for
 * each answer, batches as NDJSON brings them, and the reading of a long log by a server that has just been started. A
 * publisher is a thread, or, as in the server, where nobody waits, what goes on when the answer comes. System properties,
 * all optional:
 *
 * <ul>
 *   <li>{@code bench.engines}: which, comma-separated, {@code memory,embedded,redis}; {@code redis} needs redis-server
 *   <li>{@code bench.rounds}: how many count, 3; the median is shown, and its ratio to the first engine's
 *   <li>{@code bench.seconds}: of each measurement, 2
 * </ul>
 */
public final class EngineBenchmark {

    private static final String MEMORY = "memory";
    private static final int[] PUBLISHERS = {1, 8, 64};
    private static final int EVENTS_OF_BATCH = 128;
    private static final int LONG_LOG = 100_000;
    private static final int USUAL_LOG = 512;
    private static final int PAGE = 1 << 16;

    private final Path directory = Engines.emptyDirectory("engines");
    private final List<String> engines =
            List.of(System.getProperty("bench.engines", "memory,embedded,redis").split(",", -1));
    private final int rounds = Integer.getInteger("bench.rounds", 3);
    private final long nanos = Integer.getInteger("bench.seconds", 2) * 1_000_000_000L;
    private @Nullable RedisServer redis;
    private int resumes;

    private EngineBenchmark() {}

    public static void main(String[] arguments) {
        new EngineBenchmark().run();
    }

    private void run() {
        Map<String, EventLog> logs = new LinkedHashMap<>();
        engines.forEach(engine -> logs.put(engine, open(engine, "appends", USUAL_LOG)));
        append(logs);
        logs.values().forEach(EventLog::close);
        compare("a log of 100,000 events read after a start, events/s", this::resume);
        if (redis != null) {
            redis.close();
        }
        Engines.delete(directory);
    }

    /**
     * Opens an engine with what it has kept there.
     *
     * @param events how many of a task {@code memory} keeps
     */
    private EventLog open(String engine, String place, int events) {
        return switch (engine) {
            case MEMORY -> Engines.memory(events);
            case "embedded" -> Engines.embedded(directory.resolve(place), Durability.SYNC, Engines.KEEP_ALL);
            case "redis" -> {
                if (redis == null) {
                    redis = new RedisServer("--appendonly", "yes");
                }
                yield Engines.redis(redis.uri());
            }
            default -> throw new IllegalArgumentException("There is no engine " + engine);
        };
    }

    private void append(Map<String, EventLog> logs) {
        for (int publishers : PUBLISHERS) {
            var load = new AppendLoad(publishers, Engines.batch(1), nanos);
            compare(publishers + " threads, single appends/s", engine -> load.inThreads(logs.get(engine)));
        }
        for (int publishers : PUBLISHERS) {
            var load = new AppendLoad(publishers, Engines.batch(1), nanos);
            compare(
                    publishers + " publishers that hold no thread, single appends/s",
                    engine -> load.inStages(logs.get(engine)));
        }
        for (int publishers : new int[] {1, 8}) {
            var load = new AppendLoad(publishers, Engines.batch(EVENTS_OF_BATCH), nanos);
            compare(
                    publishers + " threads, batches of " + EVENTS_OF_BATCH + ", events/s",
                    engine -> load.inThreads(logs.get(engine)));
        }
    }

    /** All in turn, so that what happens on the machine meanwhile happens to all. The first round is not counted. */
    private void compare(String what, ToLongFunction<String> rate) {
        var rates = new long[engines.size()][rounds];
        for (int round = -1; round < rounds; round++) {
            for (int engine = 0; engine < engines.size(); engine++) {
                long measured = rate.applyAsLong(engines.get(engine));
                if (round >= 0) {
                    rates[engine][round] = measured;
                }
            }
        }
        var line = new StringBuilder("%-55s".formatted(what));
        long first = median(rates[0]);
        for (int engine = 0; engine < engines.size(); engine++) {
            long median = median(rates[engine]);
            line.append("  %s %,10d (%.1f %%)".formatted(engines.get(engine), median, 100.0 * median / first));
        }
        System.out.println(line);
    }

    private static long median(long[] values) {
        Arrays.sort(values);
        return values[values.length / 2];
    }

    /** Events a second for the first viewer of a long log after a start; {@code memory} would have forgotten it. */
    private long resume(String engine) {
        EventLog log = open(engine, "resume", LONG_LOG);
        TaskId task = Engines.create(log, "long-" + ++resumes);
        Batch batch = Engines.batch(100);
        for (int i = 0; i < LONG_LOG; i += 100) {
            log.append(task, batch).toCompletableFuture().join();
        }
        if (!engine.equals(MEMORY)) {
            log.close();
            log = open(engine, "resume", LONG_LOG);
        }
        long start = System.nanoTime();
        readAll(log, task);
        double seconds = (System.nanoTime() - start) / 1e9;
        log.close();
        return (long) (LONG_LOG / seconds);
    }

    private static void readAll(EventLog log, TaskId task) {
        long after = 0;
        while (after < LONG_LOG) {
            Chunk chunk = log.read(task, after, PAGE).toCompletableFuture().join();
            if (chunk.first().sequence() != after + 1) {
                throw new IllegalStateException(chunk.first() + " follows " + after);
            }
            after = chunk.last();
        }
    }
}
