package io.taskstream.bench;

import io.taskstream.bench.load.Publishing;
import io.taskstream.bench.load.Watching;
import java.time.Duration;
import java.util.List;

/** The workloads, at full size or scaled. */
final class Workloads {

    private static final int AT_ONCE = 64;

    /** So many posts a producer of one task may have under way, where a target takes no lines. */
    private static final int PIPELINE = 64;

    private final double scale;

    Workloads(double scale) {
        this.scale = scale;
    }

    List<Workload> all() {
        return List.of(
                fan("W1", "1 task, 1,000 viewers, 1,000 events flat out", 1_000, 0, 1_000),
                w2(),
                w3(),
                new IdleWorkload("W4", "10,000 idle viewers for 30 s", scaled(10_000), Duration.ofMillis((long)
                        Math.max(3_000, 31_000 * scale))),
                fan("W5", "W1 with 100 viewers that never read", 1_000, 100, 1_000),
                posts("W6", 8, scaled(6_000)),
                posts("W6-1", 1, scaled(6_000)),
                posts("W6-64", 64, scaled(750)),
                lines("W6-lines", "one request with an event a line, no viewer", scaled(200_000)),
                new UploadWorkload("W6-upload", scaled(200_000)),
                new ReplayWorkload(
                        "W7", "500 viewers get 1,000 earlier events each, all at once", scaled(500), scaled(1_000)),
                single(),
                fan("V100", "1 task, 100 viewers, 8,000 events flat out", 100, 0, 8_000),
                fan("V1000", "1 task, 1,000 viewers, 800 events flat out", 1_000, 0, 800),
                fan("V8000", "1 task, 8,000 viewers, 100 events flat out", 8_000, 0, 100));
    }

    private LiveWorkload fan(String name, String description, int viewers, int deaf, int events) {
        int some = scaled(events);
        return new LiveWorkload(
                name,
                description,
                1,
                new Watching(scaled(viewers), deaf == 0 ? 0 : scaled(deaf), some, AT_ONCE),
                new Publishing(1, PIPELINE, some, 0),
                true);
    }

    private LiveWorkload w2() {
        int events = scaled(40);
        return new LiveWorkload(
                "W2",
                "500 tasks, 4 viewers each, 20,000 single posts flat out over 8 connections",
                scaled(500),
                new Watching(scaled(500) * 4, 0, events, AT_ONCE),
                new Publishing(8, 1, events, 0),
                false);
    }

    private LiveWorkload w3() {
        int events = scaled(300);
        return new LiveWorkload(
                "W3",
                "100 tasks, 10 viewers each, 1,000 single posts a second for 30 s",
                100,
                new Watching(1_000, 0, events, AT_ONCE),
                new Publishing(16, 1, events, 1_000),
                false);
    }

    private LiveWorkload single() {
        int events = scaled(1_000);
        return new LiveWorkload(
                "single",
                "1 task, 1 viewer, 100 single posts a second",
                1,
                new Watching(1, 0, events, AT_ONCE),
                new Publishing(1, 1, events, 100),
                false);
    }

    private static LiveWorkload posts(String name, int connections, int events) {
        String over = connections == 1 ? "1 connection" : connections + " connections";
        return new LiveWorkload(
                name,
                "single posts over " + over + ", no viewer",
                connections,
                new Watching(0, 0, 0, 1),
                new Publishing(connections, 1, events, 0),
                false);
    }

    private static LiveWorkload lines(String name, String description, int events) {
        return new LiveWorkload(name, description, 1, new Watching(0, 0, 0, 1), new Publishing(1, 1, events, 0), true);
    }

    private int scaled(int count) {
        return Math.max(1, (int) (count * scale));
    }
}
