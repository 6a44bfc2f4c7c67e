package io.taskstream.metrics;

import io.prometheus.metrics.model.registry.Collector;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.LongStream;

/**
 * Counts of recorded values between fixed bounds. Recording costs a binary search and two increments that threads do not
 * contend for; Micrometer's own histogram costs more than an append may. Thread-safe; a concurrent reader may miss the
 * newest values.
 */
public final class Histogram {

    private static final long[] DURATIONS = LongStream.of(
                    50,
                    100,
                    250,
                    500,
                    1_000,
                    2_500,
                    5_000,
                    10_000,
                    25_000,
                    50_000,
                    100_000,
                    250_000,
                    500_000,
                    1_000_000,
                    2_500_000,
                    5_000_000,
                    10_000_000,
                    30_000_000,
                    60_000_000)
            .map(micros -> micros * 1_000)
            .toArray();
    private static final long[] COUNTS = {1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000};

    private final long[] bounds;
    private final LongAdder[] counts;
    private final LongAdder sum = new LongAdder();

    private Histogram(long[] bounds) {
        this.bounds = bounds;
        this.counts = new LongAdder[bounds.length + 1];
        Arrays.setAll(counts, i -> new LongAdder());
    }

    /** Returns a histogram of nanoseconds, with bounds from 50 microseconds to a minute. */
    public static Histogram ofDurations() {
        return new Histogram(DURATIONS);
    }

    /** Returns a histogram of whole numbers, with bounds from 1 to 5,000. */
    public static Histogram ofCounts() {
        return new Histogram(COUNTS);
    }

    /** Counts the value; a negative one as 0. */
    public void record(long value) {
        long counted = Math.max(0, value);
        int found = Arrays.binarySearch(bounds, counted);
        counts[found < 0 ? -found - 1 : found].increment();
        sum.add(counted);
    }

    /** Returns the upper bounds of the buckets, each inclusive, in ascending order. */
    public long[] bounds() {
        return bounds.clone();
    }

    /** Returns the number of values in each bucket; the last one, without a bound, holds all greater values. */
    public long[] counts() {
        return Arrays.stream(counts).mapToLong(LongAdder::sum).toArray();
    }

    /** Returns the sum of all values. */
    public long sum() {
        return sum.sum();
    }

    /**
     * Exposes histograms to Prometheus as one family.
     *
     * @param name as Prometheus writes it
     * @param unit the number of recorded units in one unit of the name
     * @param histograms each with the labels that tell it from the others
     */
    static Collector collector(String name, String help, double unit, Map<Labels, Histogram> histograms) {
        return () -> {
            HistogramSnapshot.Builder family =
                    HistogramSnapshot.builder().name(name).help(help);
            histograms.forEach((labels, histogram) -> family.dataPoint(histogram.snapshot(unit, labels)));
            return family.build();
        };
    }

    private HistogramDataPointSnapshot snapshot(double unit, Labels labels) {
        double[] upperBounds = new double[counts.length];
        Arrays.setAll(upperBounds, i -> i < bounds.length ? bounds[i] / unit : Double.POSITIVE_INFINITY);
        return HistogramDataPointSnapshot.builder()
                .labels(labels)
                .classicHistogramBuckets(ClassicHistogramBuckets.of(upperBounds, counts()))
                .sum(sum() / unit)
                .build();
    }
}
