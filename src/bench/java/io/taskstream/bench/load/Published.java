package io.taskstream.bench.load;

/**
 * How publishing went.
 *
 * @param events how many were acknowledged
 * @param refused how many were not
 * @param begin the {@link System#nanoTime()} before the first
 * @param end and after the last acknowledgement
 */
public record Published(long events, long refused, long begin, long end) {

    /** Acknowledged events a second. */
    public double perSecond() {
        return events * 1e9 / Math.max(1, end - begin);
    }
}
