package io.taskstream.ops;

import io.prometheus.metrics.model.registry.Collector;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.taskstream.eventlog.Distribution;

/**
 * Shows a {@link Distribution} to Prometheus. Micrometer can't make a histogram of what somebody else counts, and its own
 * costs more to record than a write may.
 *
 * @param name as Prometheus names it
 * @param unit how many of what was recorded make one of the name's unit
 */
record Histogram(String name, String help, Distribution distribution, double unit) implements Collector {

    @Override
    public MetricSnapshot collect() {
        long[] bounds = distribution.bounds();
        long[] counts = distribution.counts();
        double[] upper = new double[counts.length];
        for (int i = 0; i < bounds.length; i++) {
            upper[i] = bounds[i] / unit;
        }
        upper[bounds.length] = Double.POSITIVE_INFINITY;
        return HistogramSnapshot.builder()
                .name(name)
                .help(help)
                .dataPoint(HistogramDataPointSnapshot.builder()
                        .classicHistogramBuckets(ClassicHistogramBuckets.of(upper, counts))
                        .sum(distribution.sum() / unit)
                        .build())
                .build();
    }
}
