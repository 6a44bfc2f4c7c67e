package io.taskstream.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskstream.it.wire.RawViewer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * How long events take to one viewer, compared with another in the same run: on a busy machine both take longer, and
 * their difference does not.
 */
final class Latency {

    /** A proxy that buffers makes it a hundred times longer. */
    private static final int FACTOR = 30;

    private static final Duration SOON = Duration.ofSeconds(10);

    private final List<Double> direct = new ArrayList<>();
    private final List<Double> behind = new ArrayList<>();

    /** Publishes events to a task, and measures when its two viewers get each. */
    static Latency of(Api api, String task, int events, RawViewer direct, RawViewer behind) {
        var latency = new Latency();
        for (int i = 1; i <= events; i++) {
            long sent = System.nanoTime();
            api.publish(task, Integer.toString(i));
            latency.add(nanos(direct, i) - sent, nanos(behind, i) - sent);
        }
        return latency;
    }

    /** Adds the times of one event. */
    void add(long directNanos, long behindNanos) {
        direct.add(directNanos / 1e6);
        behind.add(behindNanos / 1e6);
    }

    private static long nanos(RawViewer viewer, int event) {
        RawViewer.Frame frame = viewer.next(SOON);
        if (!frame.text().startsWith("id: ")) {
            return nanos(viewer, event);
        }
        assertThat(frame.text()).endsWith("data: " + event + "\n");
        return frame.nanos();
    }

    /** Fails if the second way delays events. */
    void assertComesAtOnce(String way) {
        direct.sort(null);
        behind.sort(null);
        int middle = direct.size() / 2;
        int last = direct.size() - 1;
        System.out.printf(
                "%s: an event takes %.1f ms (median), %.1f ms at most; without it %.1f and %.1f ms%n",
                way, behind.get(middle), behind.get(last), direct.get(middle), direct.get(last));
        assertThat(behind.get(middle))
                .as("median of the milliseconds until an event came: %s", way)
                .isLessThan(FACTOR * direct.get(middle));
    }
}
