package io.taskstream.bench;

import io.taskstream.bench.load.LinesPublisher;
import io.taskstream.bench.load.PostPublisher;
import io.taskstream.bench.load.Publishing;
import io.taskstream.bench.load.Viewers;
import io.taskstream.bench.load.Watching;
import io.taskstream.bench.target.Target;
import java.time.Duration;
import java.util.List;

/** Viewers that come all at once, and get what was published before. */
record ReplayWorkload(String name, String description, int viewers, int events) implements Workload {

    private static final Duration PATIENCE = Duration.ofSeconds(8);

    @Override
    public boolean suits(Target target) {
        return target.replays();
    }

    @Override
    public Workload warmUp() {
        return this;
    }

    @Override
    public Measured run(Target target) {
        List<String> names = TaskNames.next(1);
        names.forEach(target::create);
        publish(target, names);
        var measured = new Measured();
        try (var watching = new Viewers(target, names, new Watching(viewers, 0, events, viewers))) {
            var meter = new Meter(target);
            long begin = System.nanoTime();
            watching.start();
            watching.awaitDone(PATIENCE);
            meter.read(measured, watching.received());
            Viewers.Seen seen = watching.end();
            measured.put("delivered/s", seen.received * 1e9 / (watching.lastArrival() - begin))
                    .count("lost", seen.lost)
                    .count("doubled", seen.doubled)
                    .count("out of order", seen.disordered)
                    .put("refused", seen.refused);
        }
        names.forEach(target::forget);
        return measured;
    }

    private void publish(Target target, List<String> names) {
        if (target.takesLines()) {
            new LinesPublisher(target, names.get(0), events, false).run();
        } else {
            new PostPublisher(target, names, new Publishing(1, 1, events, 0)).run();
        }
    }
}
