package io.taskstream.bench.micro;

import io.taskstream.eventlog.EventId;
import io.taskstream.eventlog.Frames;
import io.taskstream.task.EventData;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What is done to an event of 200 bytes before anybody sees it. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class PublishBenchmark {

    private final Streams streams = new Streams(512);
    private final EventId id = new EventId("9c41e7d2", 1_234_567);

    /** Checks the JSON. */
    @Benchmark
    public EventData read() {
        return streams.events.read(Streams.EVENT);
    }

    /** Makes the bytes on the wire. */
    @Benchmark
    public byte[] encode() {
        return Frames.encode(id, streams.event.json());
    }

    /** Encodes the event and adds it to the log in the heap. */
    @Benchmark
    public void append() {
        streams.publish();
    }
}
