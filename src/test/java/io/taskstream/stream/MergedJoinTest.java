package io.taskstream.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskstream.eventlog.LogState;
import io.taskstream.eventlog.TaskQuery;
import io.taskstream.eventlog.memory.MemoryBounds;
import io.taskstream.eventlog.memory.MemoryEventLog;
import io.taskstream.task.Task;
import io.taskstream.task.TaskId;
import io.taskstream.testing.FakeExchange;
import io.taskstream.testing.FakeOutput;
import io.taskstream.testing.ManualScheduler;
import io.taskstream.testing.ManualTicker;
import io.taskstream.testing.Samples;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Several tasks over one connection, on real threads with random timing: publishers race on each task, viewers connect, drop,
 * resume behind the last position, and some take no bytes for a while; half of them follow a label, under which tasks appear
 * meanwhile. Each gets every task from its first to its last event without a hole, and repeats only what came behind the last
 * position.
 */
class MergedJoinTest {

    private static final int TASKS = 8;
    private static final int VIEWERS = 24;
    private static final int BATCHES = 60;
    private static final Map<String, String> LABEL = Map.of("kind", "ci");
    private static final Pattern EVENT =
            Pattern.compile("data: \\{\"task\":\"(\\w+)\",\"id\":\"\\w+-(\\d+)\",\"data\":(.*)}");

    private final ManualTicker ticker = new ManualTicker();
    private final ExecutorService pool = Executors.newFixedThreadPool(4);
    private final ExecutorService container = Executors.newFixedThreadPool(2);
    private final ManualScheduler scheduler = new ManualScheduler();
    private final MemoryEventLog log =
            new MemoryEventLog(new MemoryBounds(1 << 20, 1 << 30, 100), InstantSource.system(), new Random(1));
    private final TaskStreams streams = new TaskStreams(new StreamContext(
            log,
            new FanOut(pool, 2),
            new Heartbeats(scheduler, ticker),
            ticker,
            InstantSource.system(),
            Samples.READER,
            Duration.ofSeconds(30)));
    private final Map<String, Integer> lasts = new HashMap<>();

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 0})
    void everyViewerGetsAllOfEachTask(long fixedSeed) throws Exception {
        long seed = fixedSeed == 0 ? new Random().nextLong() : fixedSeed;
        ExecutorService publishers = Executors.newFixedThreadPool(TASKS);
        List<Watcher> watchers = new ArrayList<>();
        try {
            IntStream.range(0, TASKS / 2).forEach(this::create);
            for (int i = 0; i < VIEWERS; i++) {
                var watcher = new Watcher(i % 2 == 0, new Random(seed + i));
                watchers.add(watcher);
                container.execute(watcher::connect);
            }
            for (Watcher watcher : watchers) {
                // A viewer of a label that has no position yet does not want what has ended by then.
                assertThat(watcher.begun.await(30, TimeUnit.SECONDS)).isTrue();
            }
            List<Future<Integer>> publishing = new ArrayList<>();
            for (int i = 0; i < TASKS; i++) {
                int task = i;
                publishing.add(publishers.submit(() -> publish(task, new Random(seed - task))));
            }
            for (int i = 0; i < TASKS; i++) {
                lasts.put("t" + i, publishing.get(i).get(30, TimeUnit.SECONDS));
            }
            for (Watcher watcher : watchers) {
                assertThat(sweepUntil(watcher))
                        .as("seed %d: all has come to %s", seed, watcher)
                        .isTrue();
                assertThat(watcher.fault).as("seed %d", seed).isNull();
            }
            assertThat(watchers.stream()
                            .mapToInt(watcher -> watcher.connections)
                            .sum())
                    .isGreaterThan(VIEWERS);
        } finally {
            publishers.shutdownNow();
            container.shutdownNow();
            pool.shutdownNow();
        }
    }

    /** Viewers of a label look for tasks when time passes, and their streams end only if they are closed. */
    private boolean sweepUntil(Watcher watcher) throws InterruptedException {
        for (int i = 1; i < 3_000; i++) {
            if (watcher.complete.await(10, TimeUnit.MILLISECONDS)) {
                return true;
            }
            if (i % 10 == 0) {
                watcher.close();
            }
            ticker.advance(Heartbeats.PERIOD);
            scheduler.tick();
        }
        return false;
    }

    private void create(int task) {
        log.create(Task.open(new TaskId("t" + task), null, LABEL, Instant.now()));
    }

    private int publish(int task, Random random) {
        if (task >= TASKS / 2) {
            create(task);
        }
        int last = 1;
        for (int i = 0; i < BATCHES; i++) {
            String[] events = new String[1 + random.nextInt(5)];
            for (int k = 0; k < events.length; k++) {
                events[k] = "\"" + "x".repeat(random.nextInt(300)) + "\"";
            }
            last += events.length;
            log.append(new TaskId("t" + task), Samples.batch(events));
        }
        log.append(new TaskId("t" + task), Samples.batch(Samples.DONE));
        return last;
    }

    /** Watches over as many connections as it takes, the tasks of the beginning or all of the label. */
    private final class Watcher {

        private final boolean byLabel;
        private final Random random;
        private final Map<String, Integer> reached = new HashMap<>();
        private final Map<String, Integer> ended = new HashMap<>();
        private final CountDownLatch begun = new CountDownLatch(1);
        private final CountDownLatch complete = new CountDownLatch(1);
        private String position = "";
        private int connections;
        private @Nullable ResponseEventSink sink;
        private volatile @Nullable String fault;

        Watcher(boolean byLabel, Random random) {
            this.byLabel = byLabel;
            this.random = random;
        }

        synchronized void connect() {
            connections++;
            var out = new FakeOutput(container);
            var exchange = new FakeExchange(out);
            int drop = connections == 1 ? 2 : 1 + random.nextInt(connections > 20 ? 1_000 : 15);
            var writes = new AtomicInteger();
            var timing = new Random(random.nextLong());
            out.afterWrite(() -> {
                if (writes.incrementAndGet() == drop) {
                    out.failWith(new IOException("The viewer went away"));
                }
                if (timing.nextInt(6) == 0) {
                    out.setReady(false);
                    CompletableFuture.delayedExecutor(timing.nextInt(2_000), TimeUnit.MICROSECONDS, container)
                            .execute(() -> out.setReady(true));
                }
            });
            exchange.whenCompleted(() -> container.execute(() -> completed(exchange)));
            try {
                register(streams.sink(
                        exchange,
                        new ViewerOptions(
                                StartPosition.UNKNOWN, Duration.ofSeconds(30), false, Duration.ofSeconds(6_000))));
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        }

        synchronized void close() {
            if (sink != null) {
                sink.close();
            }
        }

        private void register(ResponseEventSink newSink) {
            sink = newSink;
            StreamPosition from = position.isEmpty() ? StreamPosition.NONE : StreamPosition.parse(position);
            if (byLabel) {
                streams.register(
                        new TaskQuery(null, LABEL, 1, null), from, StartPosition::earliest, each -> () -> {}, newSink);
            } else {
                List<LogState> logs = IntStream.range(0, TASKS / 2)
                        .mapToObj(i -> log.find(new TaskId("t" + i)).orElseThrow())
                        .toList();
                streams.register(logs, from, StartPosition::earliest, each -> () -> {}, newSink);
            }
            newSink.open(2500);
        }

        private synchronized void completed(FakeExchange exchange) {
            read(exchange.out().text());
            if (!exchange.out().violations().isEmpty()) {
                fault = exchange.out().violations().toString();
            }
            if (fault != null || ended.size() == (byLabel ? TASKS : TASKS / 2)) {
                complete.countDown();
            } else {
                connect();
            }
        }

        @Override
        public String toString() {
            return (byLabel ? "a viewer of the label: " : "a viewer of tasks: ") + reached + ", ended " + ended.keySet()
                    + ", at " + position + " over " + connections;
        }

        /** Parses what came over one connection; a cut frame at the end does not count. */
        private void read(String text) {
            Map<String, Integer> here = new HashMap<>();
            Map<String, Long> begin = new HashMap<>();
            if (!position.isEmpty()) {
                StreamPosition.parse(position)
                        .tasks()
                        .forEach((task, last) -> begin.put(task.value(), last.sequence()));
            }
            text.substring(0, text.lastIndexOf("\n\n") + 1).lines().forEach(line -> {
                Matcher event = EVENT.matcher(line);
                if (event.matches()) {
                    String task = event.group(1);
                    int sequence = Integer.parseInt(event.group(2));
                    long before = here.containsKey(task) ? here.get(task) : begin.getOrDefault(task, 0L);
                    if (sequence != before + 1) {
                        fault = task + ": " + sequence + " follows " + before + " after " + position;
                    }
                    here.put(task, sequence);
                    reached.merge(task, sequence, Math::max);
                    if (event.group(3).equals(Samples.DONE)) {
                        ended.put(task, sequence);
                    }
                } else if (line.startsWith("id: ")) {
                    position = line.substring(4);
                    begun.countDown();
                } else if (!line.isEmpty() && !line.startsWith("retry: ") && !line.startsWith(": ")) {
                    fault = "An unknown line: " + line;
                }
            });
        }
    }
}
