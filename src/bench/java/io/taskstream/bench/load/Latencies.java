package io.taskstream.bench.load;

/** Counts durations in buckets that are at most 1.6 % wide. Confined to one thread until that has ended. */
public final class Latencies {

    /** Of a duration, so many leading bits count. */
    private static final int BITS = 7;

    private static final int HALF = 1 << (BITS - 1);

    private final long[] counts = new long[(64 - BITS) * HALF + 2 * HALF];
    private long total;

    /** Counts one; a negative one as 0. */
    public void add(long nanos) {
        long value = Math.max(nanos, 0);
        int shift = Math.max(0, 64 - BITS - Long.numberOfLeadingZeros(value));
        counts[shift * HALF + (int) (value >>> shift)]++;
        total++;
    }

    /** The duration in milliseconds that this share of all durations is not above; NaN if there are none. */
    public double millis(double share) {
        long wanted = Math.max(1, (long) Math.ceil(total * share));
        long seen = 0;
        for (int i = 0; i < counts.length; i++) {
            seen += counts[i];
            if (seen >= wanted) {
                return upperEdge(i) / 1e6;
            }
        }
        return Double.NaN;
    }

    private static long upperEdge(int bucket) {
        int shift = Math.max(0, bucket / HALF - 1);
        return (long) (bucket - shift * HALF + 1) << shift;
    }
}
