package io.taskstream.testing;

import io.taskstream.eventlog.EventLog;
import io.taskstream.eventlog.redis.RedisConfig;
import io.taskstream.eventlog.redis.RedisEventLog;
import io.taskstream.metrics.Histogram;
import io.taskstream.metrics.Stopwatch;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;

/** Opens engines as several servers would, with shared threads. */
public final class RedisEngines implements AutoCloseable {

    /** Long enough for a busy machine, short enough for a test of outages. */
    public static final RedisConfig.Timeouts TIMES =
            new RedisConfig.Timeouts(Duration.ofMillis(1_000), Duration.ofMillis(2_000), Duration.ofMillis(500));

    public static final RedisConfig.Retention RETENTION =
            new RedisConfig.Retention(1_000_000, Duration.ofHours(1), Duration.ofHours(1));

    private final ExecutorService executor = Executors.newFixedThreadPool(2);
    private final ScheduledExecutorService scheduler = Executors.newScheduledThreadPool(1);

    /** An engine whose metrics nobody reads. */
    public static Stopwatch stopwatch() {
        return new Stopwatch(Histogram.ofDurations(), System::nanoTime);
    }

    public EventLog open(String uri) {
        return open(new RedisConfig.Server(List.of(uri), false, "taskstream:", 0), RETENTION);
    }

    public EventLog open(RedisConfig.Server place, RedisConfig.Retention retention) {
        return open(place, retention, TIMES);
    }

    public EventLog open(RedisConfig.Server place, RedisConfig.Retention retention, RedisConfig.Timeouts times) {
        return open(place, retention, times, Histogram.ofDurations());
    }

    /**
     * Opens one that measures Redis.
     *
     * @param calls counts how long Redis takes for calls that append
     */
    public EventLog open(
            RedisConfig.Server place, RedisConfig.Retention retention, RedisConfig.Timeouts times, Histogram calls) {
        var threads = new RedisConfig.Threads(executor, scheduler, System::nanoTime);
        var stopwatch = new Stopwatch(calls, System::nanoTime);
        return RedisEventLog.open(new RedisConfig(place, retention, times), threads, new Random(), stopwatch);
    }

    @Override
    public void close() {
        executor.shutdown();
        scheduler.shutdownNow();
    }
}
