package io.taskstream.bench;

import io.taskstream.bench.load.LinesPublisher;
import io.taskstream.bench.load.PostPublisher;
import io.taskstream.bench.load.Published;
import io.taskstream.bench.load.Publishing;
import io.taskstream.bench.load.Viewers;
import io.taskstream.bench.load.Watching;
import io.taskstream.bench.target.Target;
import io.taskstream.it.server.Await;
import java.time.Duration;
import java.util.List;

/**
 * Viewers that are there, and events that come.
 *
 * @param lines whether the events come in one request, where the target takes that, instead of one request each
 */
record LiveWorkload(String name, String description, int tasks, Watching watching, Publishing publishing, boolean lines)
        implements Workload {

    private static final Duration PATIENCE = Duration.ofSeconds(8);
    private static final Duration SETTLE = Duration.ofMillis(300);

    /** Where nobody watches, lines are worth a measure only if the target keeps them. */
    @Override
    public boolean suits(Target target) {
        return !lines || watching.viewers() > 0 || (target.takesLines() && target.replays());
    }

    @Override
    public Workload warmUp() {
        var few = new Publishing(
                publishing.connections(),
                publishing.depth(),
                Math.max(1, publishing.perSecond() > 0 ? publishing.events() / 6 : publishing.events()),
                publishing.perSecond());
        var calm = new Watching(watching.viewers(), 0, few.events(), watching.atOnce());
        return new LiveWorkload(name, description, tasks, calm, few, lines);
    }

    @Override
    public Measured run(Target target) {
        List<String> names = TaskNames.next(tasks);
        names.forEach(target::create);
        Measured measured = watching.viewers() == 0 ? publishOnly(target, names) : publishAndWatch(target, names);
        names.forEach(target::forget);
        return measured;
    }

    private Measured publishOnly(Target target, List<String> names) {
        var measured = new Measured();
        var meter = new Meter(target);
        Published published = publish(target, names);
        meter.read(measured, published.events());
        return measured.put("published/s", published.perSecond()).count("refused", published.refused());
    }

    private Measured publishAndWatch(Target target, List<String> names) {
        var measured = new Measured();
        try (var viewers = new Viewers(target, names, watching)) {
            viewers.start();
            viewers.awaitReady();
            Await.sleep(SETTLE);
            var meter = new Meter(target);
            Published published = publish(target, names);
            viewers.awaitDone(PATIENCE);
            meter.read(measured, viewers.received());
            Viewers.Seen seen = viewers.end();
            return measured.put("published/s", published.perSecond())
                    .put("delivered/s", seen.received * 1e9 / (viewers.lastArrival() - published.begin()))
                    .put("p50 ms", seen.latencies.millis(0.5))
                    .put("p99 ms", seen.latencies.millis(0.99))
                    .put("p99.9 ms", seen.latencies.millis(0.999))
                    .count("lost", seen.lost)
                    .count("doubled", seen.doubled)
                    .count("out of order", seen.disordered)
                    .count("refused", seen.refused + published.refused());
        }
    }

    private Published publish(Target target, List<String> names) {
        if (lines && target.takesLines()) {
            return new LinesPublisher(target, names.get(0), publishing.events(), false).run();
        }
        return new PostPublisher(target, names, publishing).run();
    }
}
