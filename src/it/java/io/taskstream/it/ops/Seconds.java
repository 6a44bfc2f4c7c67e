package io.taskstream.it.ops;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** How many things happened in each second. */
final class Seconds {

    private final TreeMap<Long, Integer> counts = new TreeMap<>();

    /**
     * @param origin when the first second began, in {@link System#nanoTime()}
     */
    Seconds(List<Long> times, long origin) {
        times.forEach(time -> counts.merge(Math.floorDiv(time - origin, 1_000_000_000L), 1, Integer::sum));
    }

    /** The largest count of a second. */
    int most() {
        return counts.values().stream().mapToInt(Integer::intValue).max().orElse(0);
    }

    /** The number of seconds with a count. */
    int length() {
        return counts.size();
    }

    /** One line a second, with a bar. */
    String histogram(String title) {
        var lines = new StringBuilder(title).append('\n');
        int most = Math.max(1, most());
        for (Map.Entry<Long, Integer> second : counts.entrySet()) {
            lines.append("%4d s %5d %s%n"
                    .formatted(second.getKey(), second.getValue(), "#".repeat(50 * second.getValue() / most)));
        }
        return lines.toString();
    }
}
