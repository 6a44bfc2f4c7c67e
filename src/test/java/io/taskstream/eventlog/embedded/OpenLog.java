package io.taskstream.eventlog.embedded;

import io.taskstream.metrics.LogMeters;
import io.taskstream.testing.TestExecutors;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Iterator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;

/** Opens the engine with the tests' defaults: everything is kept. */
final class OpenLog {

    static final Retention KEEP_ALL =
            new Retention(Duration.ofDays(365), Long.MAX_VALUE / 2, Long.MAX_VALUE, Long.MAX_VALUE, Duration.ofDays(1));

    private OpenLog() {}

    static EmbeddedEventLog in(Path directory, InstantSource time) {
        return in(directory, time, KEEP_ALL);
    }

    static EmbeddedEventLog in(Path directory, InstantSource time, Retention retention) {
        return with(new EmbeddedOptions(directory.toString(), Durability.SYNC, retention, 8 << 20, 8), time);
    }

    /** Opens one that checkpoints and trims only when told to. */
    static EmbeddedEventLog withoutCheckpoints(EmbeddedOptions options, InstantSource time) {
        return withoutCheckpoints(options, time, TestExecutors.shared());
    }

    /** The same with an executor that the test runs. */
    static EmbeddedEventLog withoutCheckpoints(EmbeddedOptions options, InstantSource time, Executor executor) {
        Iterator<Boolean> isCommitter = List.of(true, false).iterator();
        return new EmbeddedEventLog(
                withShortSegments(options),
                time,
                new Random(),
                executor,
                work -> TestExecutors.threads().newThread(isCommitter.next() ? work : () -> {}),
                LogMeters.create(),
                () -> 0);
    }

    static EmbeddedEventLog with(EmbeddedOptions options, InstantSource time) {
        return with(options, time, LogMeters.create(), () -> 0);
    }

    static EmbeddedEventLog with(EmbeddedOptions options, InstantSource time, LogMeters meters, LongSupplier nanos) {
        return new EmbeddedEventLog(
                withShortSegments(options),
                time,
                new Random(),
                TestExecutors.shared(),
                TestExecutors.threads(),
                meters,
                nanos);
    }

    /** Tests write little. So that they have several segments, each checkpoint begins one, unless the test wants a size. */
    private static EmbeddedOptions withShortSegments(EmbeddedOptions options) {
        return options.segmentBytes() == EmbeddedOptions.SEGMENT_BYTES
                ? new EmbeddedOptions(
                        options.directory(),
                        options.durability(),
                        options.retention(),
                        options.recentBytes(),
                        options.cacheMegabytes(),
                        0)
                : options;
    }
}
