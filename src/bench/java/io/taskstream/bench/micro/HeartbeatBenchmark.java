package io.taskstream.bench.micro;

import java.io.IOException;
import java.time.Duration;
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

/** 30 s go by, and 20,000 idle viewers get their heartbeat. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class HeartbeatBenchmark {

    private static final int VIEWERS = 20_000;

    private final Streams streams = new Streams(512);

    @Setup
    public void watch() throws IOException {
        for (int i = 0; i < VIEWERS; i++) {
            streams.watch(new SilentExchange());
        }
    }

    @Benchmark
    public void sweep() {
        streams.ticker.advance(Duration.ofSeconds(30));
        streams.scheduler.tick();
    }
}
