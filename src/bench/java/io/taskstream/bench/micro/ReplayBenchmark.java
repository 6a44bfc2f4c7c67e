package io.taskstream.bench.micro;

import io.taskstream.stream.ResponseEventSink;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** A viewer comes back and gets 10,000 events. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class ReplayBenchmark {

    private static final int EVENTS = 10_000;

    private final Streams streams = new Streams(EVENTS);

    @Setup
    public void publish() throws IOException {
        for (int i = 0; i < EVENTS; i++) {
            streams.publish();
        }
        if (replay() < (long) EVENTS * Streams.EVENT.length()) {
            throw new IllegalStateException("The viewer did not get all");
        }
    }

    @Benchmark
    public long replay() throws IOException {
        var exchange = new SilentExchange();
        ResponseEventSink sink = streams.watch(exchange);
        sink.close();
        return exchange.bytes();
    }
}
