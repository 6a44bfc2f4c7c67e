package io.taskstream.ops;

import io.taskstream.eventlog.ManagedEventLog;
import io.taskstream.eventlog.Publishers;
import io.taskstream.eventlog.memory.MemoryBounds;
import io.taskstream.eventlog.memory.MemoryEventLog;
import io.taskstream.metrics.LogMeters;
import io.taskstream.metrics.Metrics;
import io.taskstream.metrics.StreamMeters;
import io.taskstream.stream.FanOut;
import io.taskstream.stream.Heartbeats;
import io.taskstream.stream.ResponseEventSink;
import io.taskstream.stream.StartPosition;
import io.taskstream.stream.StreamContext;
import io.taskstream.stream.TaskStreams;
import io.taskstream.stream.ViewerOptions;
import io.taskstream.task.TaskId;
import io.taskstream.testing.FailingLog;
import io.taskstream.testing.FakeExchange;
import io.taskstream.testing.FakeOutput;
import io.taskstream.testing.ManualScheduler;
import io.taskstream.testing.ManualTicker;
import io.taskstream.testing.Samples;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.InstantSource;

/** The parts that operations need, driven by hand. */
final class OpsFixture {

    static final Duration WINDOW = Duration.ofSeconds(10);

    private static final TaskId TASK = new TaskId("t");
    private static final Duration MINUTE = Duration.ofMinutes(1);

    final ManualTicker ticker = new ManualTicker();
    final ManualScheduler scheduler = new ManualScheduler();
    final LogMeters appends = LogMeters.create();
    final StreamMeters meters = StreamMeters.create();
    final Publishers publishers = new Publishers();
    final FailingLog engine = new FailingLog(
            new MemoryEventLog(new MemoryBounds(100, 1 << 20, 10), InstantSource.fixed(Samples.NOON), () -> 0L));
    final ManagedEventLog log = new ManagedEventLog(engine, appends, ticker::nanos);
    final Heartbeats heartbeats = new Heartbeats(scheduler, ticker);
    final TaskStreams streams = new TaskStreams(new StreamContext(
            log,
            new FanOut(Runnable::run, 1),
            heartbeats,
            ticker,
            InstantSource.system(),
            Samples.READER,
            MINUTE,
            meters));
    final Drain drain = new Drain(streams, publishers, log, WINDOW, ticker, ticker::advance);
    final Refusals refusals = new Refusals();

    OpsFixture() {
        log.create(Samples.task(TASK.value()));
    }

    /** A viewer whose retry line was taken. */
    FakeExchange watch() {
        var exchange = new FakeExchange(new FakeOutput());
        StartPosition start = StartPosition.earliest(log.find(TASK).orElseThrow());
        try {
            ResponseEventSink sink = streams.sink(exchange, new ViewerOptions(start, MINUTE, false, MINUTE));
            streams.register(TASK, sink);
            sink.open(2_500);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        exchange.out().takeText();
        return exchange;
    }

    void publish(String... json) {
        log.append(TASK, Samples.batch(json)).toCompletableFuture().join();
    }

    String scrape() {
        return new Metrics(meters, appends, log::usage, () -> log.trouble().isEmpty())
                .withPublishers(publishers::count)
                .withDrain(() -> drain.state() != Drain.State.SERVING)
                .withRefusals(refusals.counts())
                .scrape("text/plain");
    }
}
