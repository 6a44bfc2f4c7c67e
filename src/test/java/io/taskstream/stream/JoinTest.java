package io.taskstream.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskstream.eventlog.memory.MemoryBounds;
import io.taskstream.eventlog.memory.MemoryEventLog;
import io.taskstream.task.TaskId;
import io.taskstream.testing.FakeExchange;
import io.taskstream.testing.FakeOutput;
import io.taskstream.testing.ManualScheduler;
import io.taskstream.testing.ManualTicker;
import io.taskstream.testing.Samples;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * History and live events are joined on real threads with random timing: publishers race, viewers connect, disconnect, resume,
 * and some accept no bytes for a while. Each viewer's events follow one another without a hole or a repeat, except where a
 * notice says so.
 */
class JoinTest {

    private static final int PUBLISHERS = 8;
    private static final int VIEWERS = 200;
    private static final int BATCHES = 400;
    private static final TaskId TASK = new TaskId("t");

    private final ManualTicker ticker = new ManualTicker();
    private final ExecutorService pool = Executors.newFixedThreadPool(4);
    private final ExecutorService container = Executors.newFixedThreadPool(2);
    private final ManualScheduler scheduler = new ManualScheduler();
    private final MemoryEventLog log =
            new MemoryEventLog(new MemoryBounds(64, 1 << 20, 10), InstantSource.fixed(Samples.NOON), new Random(1));
    private final TaskStreams streams = new TaskStreams(new StreamContext(
            log,
            new FanOut(pool, 2),
            new Heartbeats(scheduler, ticker),
            ticker,
            InstantSource.system(),
            Samples.READER,
            Duration.ofSeconds(30)));

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 0})
    void everyViewersEventsAreContiguousOrAccountedFor(long fixedSeed) throws Exception {
        long seed = fixedSeed == 0 ? new Random().nextLong() : fixedSeed;
        log.create(Samples.task(TASK.value()));
        ExecutorService publishers = Executors.newFixedThreadPool(PUBLISHERS);
        List<Watcher> watchers = new ArrayList<>();
        try {
            for (int i = 0; i < VIEWERS; i++) {
                watchers.add(new Watcher(new Random(seed + i)));
            }
            watchers.forEach(watcher -> container.execute(watcher::connect));
            var total = new AtomicInteger();
            List<Future<?>> publishing = new ArrayList<>();
            for (int i = 0; i < PUBLISHERS; i++) {
                var random = new Random(seed - i);
                publishing.add(publishers.submit(() -> publish(random, total)));
            }
            for (Future<?> each : publishing) {
                each.get(30, TimeUnit.SECONDS);
            }
            long last = total.incrementAndGet();
            log.append(TASK, Samples.batch(Samples.DONE));
            for (Watcher watcher : watchers) {
                assertThat(watcher.awaitEnd())
                        .as("seed %d: the end of a viewer", seed)
                        .isTrue();
            }
            assertThat(watchers).allSatisfy(watcher -> {
                assertThat(watcher.sequence.fault()).as("seed %d", seed).isNull();
                assertThat(watcher.sequence.reached()).as("seed %d", seed).isEqualTo(last);
            });
            assertThat(streams.viewers(TASK)).as("seed %d", seed).isZero();
            assertThat(watchers.stream()
                            .mapToInt(watcher -> watcher.connections)
                            .sum())
                    .isGreaterThan(VIEWERS);
            assertThat(watchers.stream()
                            .mapToInt(watcher -> watcher.sequence.notices())
                            .sum())
                    .as("seed %d: gaps and lags", seed)
                    .isPositive();
        } finally {
            publishers.shutdownNow();
            container.shutdownNow();
            pool.shutdownNow();
        }
    }

    private void publish(Random random, AtomicInteger total) {
        for (int i = 0; i < BATCHES; i++) {
            String[] events = new String[1 + random.nextInt(5)];
            for (int k = 0; k < events.length; k++) {
                events[k] = "\"" + "x".repeat(random.nextInt(200)) + "\"";
            }
            total.addAndGet(events.length);
            log.append(TASK, Samples.batch(events));
            if (random.nextInt(10) == 0) {
                LockSupport.parkNanos(random.nextInt(50_000));
            }
        }
    }

    /** Watches to the end, over as many connections as it takes; does one thing at a time, on a thread of the container. */
    private final class Watcher {

        private final Random random;
        private final SequenceCheck sequence = new SequenceCheck();
        private final CountDownLatch ended = new CountDownLatch(1);
        private int connections;

        Watcher(Random random) {
            this.random = random;
        }

        /** Connects where the connection before ended. */
        synchronized void connect() {
            connections++;
            var out = new FakeOutput(container);
            var exchange = new FakeExchange(out);
            StartPosition start = sequence.lastEventId() == null
                    ? StartPosition.earliest(log.find(TASK).orElseThrow())
                    : StartPosition.afterLastEventId(
                            sequence.lastEventId(), log.find(TASK).orElseThrow());
            sequence.connected();
            boolean isSlow = random.nextInt(4) == 0;
            int drop = random.nextInt(3) == 0 ? Integer.MAX_VALUE : 1 + random.nextInt(20);
            var writes = new AtomicInteger();
            var timing = new Random(random.nextLong());
            ResponseEventSink sink = sink(exchange, start);
            out.afterWrite(() -> {
                if (writes.incrementAndGet() == drop) {
                    out.failWith(new IOException("The viewer went away"));
                }
                if (timing.nextInt(isSlow ? 2 : 10) == 0) {
                    out.setReady(false);
                    int pause = timing.nextInt(isSlow ? 5_000 : 200);
                    CompletableFuture.delayedExecutor(pause, TimeUnit.MICROSECONDS, container)
                            .execute(() -> out.setReady(true));
                }
            });
            exchange.whenCompleted(() -> container.execute(() -> completed(exchange)));
            streams.register(TASK, sink);
            sink.open(2500);
        }

        private ResponseEventSink sink(FakeExchange exchange, StartPosition start) {
            try {
                return streams.sink(
                        exchange, new ViewerOptions(start, Duration.ofSeconds(30), false, Duration.ofSeconds(60)));
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        }

        private synchronized void completed(FakeExchange exchange) {
            sequence.read(exchange.out().text());
            for (String violation : exchange.out().violations()) {
                sequence.fail(violation);
            }
            if (sequence.hasEnded() || sequence.fault() != null) {
                ended.countDown();
                return;
            }
            connect();
        }

        boolean awaitEnd() throws InterruptedException {
            return ended.await(30, TimeUnit.SECONDS);
        }
    }
}
