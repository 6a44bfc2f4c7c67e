package io.taskstream.eventlog.redis;

import static io.taskstream.testing.Stages.await;
import static io.taskstream.testing.Stages.join;
import static org.assertj.core.api.Assertions.assertThat;

import io.taskstream.eventlog.Appended;
import io.taskstream.eventlog.Batch;
import io.taskstream.eventlog.Chunk;
import io.taskstream.eventlog.EventLog;
import io.taskstream.eventlog.EventLog.LogWatcher;
import io.taskstream.eventlog.Frames;
import io.taskstream.task.Task;
import io.taskstream.task.TaskId;
import io.taskstream.testing.Events;
import io.taskstream.testing.RedisEngines;
import io.taskstream.testing.RedisServer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Many slow viewers that read much history at the same time are not taken for an outage. */
@Tag("redis")
final class RedisReplayStormTest {

    private static final TaskId TASK = new TaskId("task");
    private static final TaskId LIVE = new TaskId("live");
    private static final int VIEWERS = 100;
    private static final int PAGE = 1 << 16;

    /** Long enough for a busy machine. */
    private static final RedisConfig.Timeouts TIMES =
            new RedisConfig.Timeouts(Duration.ofSeconds(6), Duration.ofSeconds(12), Duration.ofMillis(500));

    /** The time that one viewer takes for a page; one after the other, they would take longer than a command may. */
    private static final long TIME_OF_A_PAGE = TimeUnit.MILLISECONDS.toNanos(100);

    private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
    private final Set<String> threads = ConcurrentHashMap.newKeySet();
    private final RedisServer server = new RedisServer();
    private final HeldExecutor executor = new HeldExecutor();
    private final ScheduledExecutorService scheduler = Executors.newScheduledThreadPool(1);
    private EventLog log;

    @BeforeEach
    void start() {
        var redisThreads = new RedisConfig.Threads(executor, scheduler, System::nanoTime);
        var place = new RedisConfig.Server(List.of(server.uri()), false, "taskstream:", 0);
        log = RedisEventLog.open(
                new RedisConfig(place, RedisEngines.RETENTION, TIMES),
                redisThreads,
                new Random(),
                RedisEngines.stopwatch());
        create(TASK);
        create(LIVE);
    }

    @AfterEach
    void stop() {
        executor.release();
        log.close();
        executor.pool.shutdownNow();
        scheduler.shutdownNow();
        server.close();
    }

    private void create(TaskId task) {
        log.create(Task.open(task, null, Map.of(), Instant.EPOCH));
    }

    @Test
    void whileManyReplayRedisIsAskedAndEventsAreKept() {
        publishHistory();
        var caughtUp = new CountDownLatch(VIEWERS);
        var woken = new AtomicInteger();
        log.watch(LIVE, watcher(woken));
        try (var sampler = new StackSampler()) {
            for (int i = 0; i < VIEWERS; i++) {
                replay(0, caughtUp);
            }
            int appended = 0;
            while (caughtUp.getCount() > 0) {
                assertThat(log.trouble()).isEmpty();
                appended += appendLive();
            }
            assertThat(failures).isEmpty();
            assertThat(appended).isPositive();
            await("woken", () -> woken.get() > 0);
            assertThat(sampler.encodings()).isEmpty();
        }
        assertThat(threads).isNotEmpty().noneMatch(name -> name.startsWith("lettuce"));
    }

    /** Each viewer asks for a subscription, reads, and reports viewers: at most so many commands are under way. */
    @Test
    void aLookAtManyLogsAsksForAFewAtATime() {
        int logs = 100;
        for (int i = 0; i < logs; i++) {
            var task = new TaskId("watched" + i);
            create(task);
            log.watch(task, watcher(new AtomicInteger()));
        }
        await("subscribed", () -> calls("ssubscribe") >= logs);
        executor.hold();
        await("a look has begun", executor::isHolding);
        long before = calls("ssubscribe");
        long until = System.nanoTime() + 3 * TIMES.reread().toNanos();
        while (System.nanoTime() < until) {
            assertThat(calls("ssubscribe") - before).isLessThan(40);
        }
        executor.release();
        await("all are looked at again", () -> calls("ssubscribe") - before > 2L * logs);
    }

    private long calls(String command) {
        String prefix = "cmdstat_" + command + ":calls=";
        return server.cli("info", "commandstats")
                .lines()
                .filter(line -> line.startsWith(prefix))
                .mapToLong(line -> Long.parseLong(line.substring(prefix.length(), line.indexOf(','))))
                .sum();
    }

    private void publishHistory() {
        String event = '"' + "x".repeat(1_000) + '"';
        Batch batch = Events.batch(Collections.nCopies(60, event).toArray(String[]::new));
        join(log.append(TASK, batch));
    }

    private int appendLive() {
        CompletableFuture<Appended> append = log.append(LIVE, Events.batch("1")).toCompletableFuture();
        join(append.whenComplete((done, failure) -> seen()));
        return 1;
    }

    private void replay(long after, CountDownLatch caughtUp) {
        log.read(TASK, after, PAGE).whenComplete((chunk, failure) -> {
            seen();
            if (failure != null) {
                failures.add(failure);
                caughtUp.countDown();
                return;
            }
            LockSupport.parkNanos(TIME_OF_A_PAGE);
            goOn(chunk, caughtUp);
        });
    }

    private void goOn(Chunk chunk, CountDownLatch caughtUp) {
        if (chunk.isEmpty()) {
            caughtUp.countDown();
        } else {
            replay(chunk.last(), caughtUp);
        }
    }

    private LogWatcher watcher(AtomicInteger woken) {
        return new LogWatcher() {
            @Override
            public void appended() {
                seen();
                woken.incrementAndGet();
            }

            @Override
            public void deleted() {
                seen();
            }
        };
    }

    private void seen() {
        threads.add(Thread.currentThread().getName());
    }

    /** Runs its tasks on a few threads, or keeps them until it is released. */
    private static final class HeldExecutor implements Executor {

        private final ExecutorService pool = Executors.newFixedThreadPool(8);
        private final List<Runnable> held = new ArrayList<>();
        private boolean holding;

        @Override
        public synchronized void execute(Runnable work) {
            if (holding) {
                held.add(work);
            } else {
                pool.execute(work);
            }
        }

        synchronized void hold() {
            holding = true;
        }

        synchronized boolean isHolding() {
            return !held.isEmpty();
        }

        synchronized void release() {
            holding = false;
            held.forEach(pool::execute);
            held.clear();
        }
    }

    /** Samples what Lettuce's threads are doing. */
    private static final class StackSampler implements AutoCloseable {

        private final Set<String> encodings = ConcurrentHashMap.newKeySet();
        private final Thread thread = new Thread(this::sample, "stack-sampler");

        StackSampler() {
            thread.setDaemon(true);
            thread.start();
        }

        private void sample() {
            while (!Thread.currentThread().isInterrupted()) {
                Thread.getAllStackTraces().forEach((each, stack) -> {
                    if (each.getName().startsWith("lettuce")) {
                        Arrays.stream(stack)
                                .filter(StackSampler::isOurWork)
                                .map(frame -> each.getName() + ": " + frame)
                                .forEach(encodings::add);
                    }
                });
                LockSupport.parkNanos(1_000_000);
            }
        }

        private static boolean isOurWork(StackTraceElement frame) {
            return frame.getClassName().equals(Frames.class.getName())
                    || frame.getClassName().equals(LogPage.class.getName());
        }

        Set<String> encodings() {
            return encodings;
        }

        @Override
        public void close() {
            thread.interrupt();
        }
    }
}
