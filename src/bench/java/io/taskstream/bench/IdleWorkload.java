package io.taskstream.bench;

import io.taskstream.bench.load.Viewers;
import io.taskstream.bench.load.Watching;
import io.taskstream.bench.target.Target;
import io.taskstream.bench.target.Target.Memory;
import io.taskstream.it.server.Await;
import java.time.Duration;
import java.util.List;

/**
 * Viewers to whom nothing comes but heartbeats.
 *
 * @param time how long they are watched, after all have come
 */
record IdleWorkload(String name, String description, int viewers, Duration time) implements Workload {

    private static final int TASKS = 100;
    private static final int AT_ONCE = 100;

    @Override
    public boolean suits(Target target) {
        return true;
    }

    @Override
    public Workload warmUp() {
        return new IdleWorkload(name, description, Math.max(1, viewers / 10), Duration.ofSeconds(1));
    }

    @Override
    public Measured run(Target target) {
        List<String> names = TaskNames.next(TASKS);
        names.forEach(target::create);
        var measured = new Measured();
        double withoutViewers = percentOfCore(target);
        Memory before = target.memory();
        try (var watching = new Viewers(target, names, new Watching(viewers, 0, 0, AT_ONCE))) {
            watching.start();
            watching.awaitReady();
            Memory after = target.memory();
            double withViewers = percentOfCore(target);
            Viewers.Seen seen = watching.end();
            measured.put("bytes per viewer", (after.all() - before.all()) / (double) viewers)
                    .put("own bytes per viewer", (after.own() - before.own()) / (double) viewers)
                    .put("% of a core", withViewers)
                    .put("% without viewers", withoutViewers)
                    .put("heartbeats per viewer", seen.comments / (double) viewers)
                    .put("refused", seen.refused);
        }
        names.forEach(target::forget);
        return measured;
    }

    /** A server does something at all times, whether or not anybody watches. */
    private double percentOfCore(Target target) {
        long begin = System.nanoTime();
        Duration cpu = target.cpuTime();
        Await.sleep(time);
        Duration used = target.cpuTime().minus(cpu);
        return used.toNanos() * 100.0 / (System.nanoTime() - begin);
    }
}
