package io.taskstream.bench;

import io.taskstream.bench.load.Latencies;
import io.taskstream.eventlog.Batch;
import io.taskstream.eventlog.EventLog;
import io.taskstream.task.TaskId;
import io.taskstream.testing.RedisServer;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Measures how soon an event that is appended on one server is there on another with which it shares a Redis, and, beside
 * that, on the same server. The servers are two engines with connections of their own, without HTTP, at a rate that leaves
 * all idle most of the time; time counts from when an event was due. RequiresPermission redis-server. System properties, all optional:
 *
 * <ul>
 *   <li>{@code bench.rounds}: how many count, 3
 *   <li>{@code bench.seconds}: of each, 10
 *   <li>{@code bench.rate}: appends a second, 200
 * </ul>
 */
public final class WakeUpBenchmark {

    private static final long SECOND = 1_000_000_000L;
    private static final long PATIENCE_SECONDS = 30;

    private final int rounds = Integer.getInteger("bench.rounds", 3);
    private final int seconds = Integer.getInteger("bench.seconds", 10);
    private final int rate = Integer.getInteger("bench.rate", 200);
    private final Batch batch = Engines.batch(1);
    private int tasks;

    private WakeUpBenchmark() {}

    public static void main(String[] arguments) {
        new WakeUpBenchmark().run();
    }

    private void run() {
        try (var redis = new RedisServer("--appendonly", "yes");
                EventLog near = Engines.redis(redis.uri());
                EventLog far = Engines.redis(redis.uri())) {
            System.out.printf("%d appends a second for %d s; from when one was due to its frame:%n", rate, seconds);
            measure("warm-up", near, far);
            for (int round = 1; round <= rounds; round++) {
                measure("round " + round + ", on the other server", near, far);
                measure("round " + round + ", on the same server", near, near);
            }
        }
    }

    private void measure(String what, EventLog publishing, EventLog watching) {
        TaskId task = Engines.create(publishing, "wake-" + ++tasks);
        var schedule = new WakeUps.Schedule(System.nanoTime() + SECOND / 2, SECOND / rate, rate * seconds);
        try (var watcher = new WakeUps(watching, task, schedule)) {
            for (int sequence = 1; sequence <= schedule.events(); sequence++) {
                awaitDue(schedule.due(sequence));
                publishing.append(task, batch);
            }
            Latencies seen =
                    watcher.all().orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS).join();
            System.out.printf(
                    "%-35s p50 %.2f ms  p99 %.2f ms  p99.9 %.2f ms  most %.2f ms%n",
                    what, seen.millis(0.5), seen.millis(0.99), seen.millis(0.999), seen.millis(1));
        }
    }

    private static void awaitDue(long due) {
        for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
    }
}
