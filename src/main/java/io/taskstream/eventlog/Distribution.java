package io.taskstream.eventlog;

import java.util.Arrays;
import java.util.concurrent.atomic.LongAdder;

/**
 * How often measured values fell between fixed bounds. To record one costs a short search and two additions that
 * threads don't contend for. Thread-safe; what is read while others record may be some values behind.
 */
public final class Distribution {

    private static final long[] DURATIONS = {
        50_000,
        100_000,
        250_000,
        500_000,
        1_000_000,
        2_500_000,
        5_000_000,
        10_000_000,
        25_000_000,
        50_000_000,
        100_000_000,
        250_000_000,
        500_000_000,
        1_000_000_000,
        2_500_000_000L,
        5_000_000_000L,
        10_000_000_000L,
        30_000_000_000L,
        60_000_000_000L
    };
    private static final long[] COUNTS = {1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000};

    private final long[] bounds;
    private final LongAdder[] counts;
    private final LongAdder sum = new LongAdder();

    private Distribution(long[] bounds) {
        this.bounds = bounds;
        this.counts = new LongAdder[bounds.length + 1];
        Arrays.setAll(counts, i -> new LongAdder());
    }

    /** Of durations in nanoseconds, told apart from 50 microseconds to a minute. */
    public static Distribution ofDurations() {
        return new Distribution(DURATIONS);
    }

    /** Of whole numbers, told apart from 1 to 5,000. */
    public static Distribution ofCounts() {
        return new Distribution(COUNTS);
    }

    /** Counts the value; a negative one as 0. */
    public void record(long value) {
        long counted = Math.max(0, value);
        int found = Arrays.binarySearch(bounds, counted);
        counts[found < 0 ? -found - 1 : found].increment();
        sum.add(counted);
    }

    /** The bounds, ascending; a value that is equal to a bound counts below it. */
    public long[] bounds() {
        return bounds.clone();
    }

    /** How many values fell at or below each bound and above the one before; then, how many above the last. */
    public long[] counts() {
        return Arrays.stream(counts).mapToLong(LongAdder::sum).toArray();
    }

    /** All values, added up. */
    public long sum() {
        return sum.sum();
    }
}
