package io.taskstream.eventlog.embedded;

import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Keeps what is in the heap within bounds: the longer a task was not used, the sooner it goes. */
final class RecentSweep {

    private static final long IDLE_MILLIS = 30_000;
    private static final long BYTES_OF_TASK = 2_048;
    private static final long MOST_OF_ONE = 4 << 20;

    private final TaskCache live;
    private final long maxBytes;
    private final InstantSource time;

    /**
     * @param maxBytes of frames, with something for each task on top
     */
    RecentSweep(TaskCache live, long maxBytes, InstantSource time) {
        this.live = live;
        this.maxBytes = maxBytes;
        this.time = time;
    }

    /** Only by the committing thread. */
    void sweep() {
        long now = time.millis();
        long bytes = 0;
        for (CachedTask task : live.all()) {
            if (task.isFinished() || now - task.lastUse() > IDLE_MILLIS) {
                live.evict(task);
            }
            task.shrink(MOST_OF_ONE);
            bytes += task.recentBytes() + BYTES_OF_TASK;
        }
        if (bytes > maxBytes) {
            shrink(bytes - maxBytes);
        }
    }

    /** A task as the sweep finds it: readers use it meanwhile, and a sort needs values that stay. */
    private record Seen(CachedTask task, long lastUse) {}

    private void shrink(long tooMany) {
        long gone = 0;
        List<Seen> longestIdleFirst = new ArrayList<>();
        live.all().forEach(task -> longestIdleFirst.add(new Seen(task, task.lastUse())));
        longestIdleFirst.sort(Comparator.comparingLong(Seen::lastUse));
        for (Seen each : longestIdleFirst) {
            if (gone >= tooMany) {
                return;
            }
            CachedTask task = each.task();
            long before = task.recentBytes();
            task.shrink(0);
            live.evict(task);
            gone += before - task.recentBytes() + BYTES_OF_TASK;
        }
    }
}
