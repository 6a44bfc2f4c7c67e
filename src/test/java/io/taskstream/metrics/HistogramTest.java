package io.taskstream.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class HistogramTest {

    private final Histogram counts = Histogram.ofCounts();

    @Test
    void aValueCountsAtTheSmallestBoundThatIsNotBelowIt() {
        counts.record(1);
        counts.record(2);
        counts.record(3);
        counts.record(5);
        assertThat(counts.counts()).startsWith(1, 1, 2, 0);
        assertThat(counts.sum()).isEqualTo(11);
    }

    @Test
    void whatIsAboveAllBoundsCountsToo() {
        counts.record(1_000_000);
        assertThat(counts.counts()).hasSize(counts.bounds().length + 1).endsWith(1);
    }

    @Test
    void aNegativeValueCountsAsNothing() {
        counts.record(-7);
        assertThat(counts.counts()).startsWith(1);
        assertThat(counts.sum()).isZero();
    }

    @Test
    void boundsOfDurationsReachFromMicrosecondsToAMinute() {
        long[] bounds = Histogram.ofDurations().bounds();
        assertThat(bounds).isSorted().doesNotHaveDuplicates();
        assertThat(Arrays.stream(bounds).min()).hasValue(50_000);
        assertThat(Arrays.stream(bounds).max()).hasValue(60_000_000_000L);
    }
}
