package io.taskstream.stream;

import io.taskstream.eventlog.EventId;
import io.taskstream.eventlog.EventLog;
import io.taskstream.eventlog.memory.MemoryBounds;
import io.taskstream.eventlog.memory.MemoryEventLog;
import io.taskstream.metrics.StreamMeters;
import io.taskstream.task.TaskId;
import io.taskstream.testing.FakeExchange;
import io.taskstream.testing.FakeOutput;
import io.taskstream.testing.ManualExecutor;
import io.taskstream.testing.ManualScheduler;
import io.taskstream.testing.ManualTicker;
import io.taskstream.testing.Samples;
import io.taskstream.testing.SettableTime;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;

/** The parts that viewers of one task need, driven by hand. The log's epoch is {@value #EPOCH}. */
final class StreamFixture {

    static final String EPOCH = "00000000";
    static final TaskId TASK = new TaskId("t");
    static final Duration HEARTBEAT = Duration.ofSeconds(30);
    static final Duration STALL = Duration.ofSeconds(60);
    static final String COMMENT = ": heartbeat\n\n";

    final ManualTicker ticker = new ManualTicker();
    final SettableTime time = new SettableTime();
    final ManualScheduler scheduler = new ManualScheduler();
    final ManualExecutor executor = new ManualExecutor();
    final Heartbeats heartbeats = new Heartbeats(scheduler, ticker);
    final MemoryEventLog log;
    final StreamContext context;
    final TaskStreams streams;

    /**
     * @param events how many events the log keeps
     */
    StreamFixture(int events) {
        log = new MemoryEventLog(new MemoryBounds(events, 1 << 30, 100), time, () -> 0L);
        log.create(Samples.task(TASK.value()));
        context = contextOf(log);
        streams = new TaskStreams(context);
    }

    private StreamContext contextOf(EventLog events) {
        return new StreamContext(
                events,
                new FanOut(executor, 1),
                heartbeats,
                ticker,
                time,
                Samples.READER,
                HEARTBEAT,
                StreamMeters.create());
    }

    /** Streams of another log, with the same executors and time. */
    TaskStreams streamsOf(EventLog events) {
        return new TaskStreams(contextOf(events));
    }

    StreamFixture() {
        this(512);
    }

    /** Appends without a fan-out. */
    EventId append(String... json) {
        return log.append(TASK, Samples.batch(json))
                .toCompletableFuture()
                .join()
                .last();
    }

    /** Appends and fans out. */
    EventId publish(String... json) {
        EventId last = append(json);
        executor.runAll();
        return last;
    }

    /** Appends events one by one, from the number {@code from} to {@code to}, each the number itself. */
    void publishNumbers(int from, int to) {
        for (int i = from; i <= to; i++) {
            append(Integer.toString(i));
        }
        executor.runAll();
    }

    /** The frame of an event. */
    static String frame(long sequence, String json) {
        return "id: " + EPOCH + "-" + sequence + "\ndata: " + json + "\n\n";
    }

    /** The frames of events that are their own numbers. */
    static String frames(int from, int to) {
        var frames = new StringBuilder();
        for (int i = from; i <= to; i++) {
            frames.append(frame(i, Integer.toString(i)));
        }
        return frames.toString();
    }

    StartPosition earliest() {
        return StartPosition.earliest(log.find(TASK).orElseThrow());
    }

    StartPosition latest() {
        return StartPosition.latest(log.find(TASK).orElseThrow());
    }

    ViewerOptions options(StartPosition start) {
        return new ViewerOptions(start, HEARTBEAT, false, STALL);
    }

    ResponseEventSink sink(FakeExchange exchange, ViewerOptions options) {
        try {
            return streams.sink(exchange, options);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A registered viewer whose retry line was taken. */
    Connection watch(StartPosition start) {
        return watch(options(start));
    }

    Connection watch(ViewerOptions options) {
        Connection connection = connect(options);
        streams.register(TASK, connection.sink);
        connection.sink.open(2500);
        executor.runAll();
        return connection;
    }

    /** A viewer that is not registered. */
    Connection connect(ViewerOptions options) {
        var exchange = new FakeExchange(new FakeOutput());
        return new Connection(exchange, sink(exchange, options));
    }

    /** Moves the time, with a sweep at every period. */
    void pass(Duration time) {
        for (Duration left = time; left.compareTo(Duration.ZERO) > 0; left = left.minus(Heartbeats.PERIOD)) {
            ticker.advance(Heartbeats.PERIOD);
            this.time.advance(Heartbeats.PERIOD);
            scheduler.tick();
        }
    }

    /** Both ends of a viewer's connection. */
    record Connection(FakeExchange exchange, ResponseEventSink sink) {

        FakeOutput out() {
            return exchange.out();
        }

        String take() {
            return out().takeText();
        }
    }
}
