package io.taskstream.bench.micro;

import io.taskstream.eventlog.Batch;
import io.taskstream.eventlog.memory.MemoryBounds;
import io.taskstream.eventlog.memory.MemoryEventLog;
import io.taskstream.stream.FanOut;
import io.taskstream.stream.Heartbeats;
import io.taskstream.stream.ResponseEventSink;
import io.taskstream.stream.StartPosition;
import io.taskstream.stream.StreamContext;
import io.taskstream.stream.TaskStreams;
import io.taskstream.stream.ViewerOptions;
import io.taskstream.task.EventData;
import io.taskstream.task.EventReader;
import io.taskstream.task.Task;
import io.taskstream.task.TaskId;
import io.taskstream.testing.ManualScheduler;
import io.taskstream.testing.ManualTicker;
import jakarta.json.bind.JsonbBuilder;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** One task, its log in the heap, and its viewers, all on the calling thread. */
final class Streams {

    static final String EVENT = "{\"type\":\"message_delta\",\"text\":\"" + "x".repeat(166) + "\"}";

    private static final Duration HEARTBEAT = Duration.ofSeconds(30);
    private static final Duration STALL = Duration.ofSeconds(60);

    final ManualScheduler scheduler = new ManualScheduler();
    final ManualTicker ticker = new ManualTicker();
    final EventReader events = new EventReader(JsonbBuilder.create());
    final EventData event = events.read(EVENT);

    private final TaskId task = new TaskId("task");
    private final MemoryEventLog log;
    private final TaskStreams streams;

    /**
     * @param kept how many events the log keeps
     */
    Streams(int kept) {
        log = new MemoryEventLog(
                new MemoryBounds(kept, Long.MAX_VALUE, 1), InstantSource.fixed(Instant.EPOCH), new Random(1));
        log.create(Task.open(task, null, Map.of(), Instant.EPOCH));
        streams = new TaskStreams(new StreamContext(
                log,
                new FanOut(Runnable::run, 1),
                new Heartbeats(scheduler, ticker),
                ticker,
                InstantSource.system(),
                events,
                HEARTBEAT));
    }

    /** Appends an event; viewers have it on return. */
    void publish() {
        log.append(task, Batch.of(List.of(event)));
    }

    /** A viewer comes, and has on return whatever the log holds. */
    ResponseEventSink watch(SilentExchange exchange) throws IOException {
        StartPosition earliest = StartPosition.earliest(log.find(task).orElseThrow());
        ResponseEventSink sink = streams.sink(exchange.context(), new ViewerOptions(earliest, HEARTBEAT, false, STALL));
        sink.open(3_000);
        streams.register(task, sink);
        return sink;
    }
}
