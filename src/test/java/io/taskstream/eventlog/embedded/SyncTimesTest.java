package io.taskstream.eventlog.embedded;

import static io.taskstream.testing.Stages.join;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taskstream.eventlog.EventLogException;
import io.taskstream.metrics.Histogram;
import io.taskstream.metrics.LogMeters;
import io.taskstream.metrics.LogMeters.Commits;
import io.taskstream.testing.Events;
import io.taskstream.testing.FailingFiles;
import io.taskstream.testing.JournalFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** How long syncs and commits take: each is measured, and few syncs make the file longer, which takes more time. */
final class SyncTimesTest extends LogFixture {

    private static final long EACH = 3_000_000;

    private final LogMeters meters = LogMeters.create();
    private final AtomicLong now = new AtomicLong();

    @AfterEach
    void heal() {
        FailingFiles.heal();
    }

    private EmbeddedEventLog open(Durability durability) {
        var options =
                new EmbeddedOptions(FailingFiles.at(directory.toString()), durability, OpenLog.KEEP_ALL, 1 << 20, 8);
        open = OpenLog.with(options, time, meters, () -> now.addAndGet(EACH));
        create(open, A);
        return open;
    }

    private long count() {
        return count(meters.syncs());
    }

    private static long count(Histogram histogram) {
        return Arrays.stream(histogram.counts()).sum();
    }

    @Test
    void eachSyncThatAppendsWaitForIsMeasured() {
        EmbeddedEventLog log = open(Durability.SYNC);
        long before = count();
        append(log, A, "1", "2");
        append(log, A, "3");
        assertThat(count()).isEqualTo(before + 2);
        assertThat(meters.syncs().sum()).isEqualTo(EACH * count());
    }

    @Test
    void aSyncThatFailedIsNone() {
        EmbeddedEventLog log = open(Durability.SYNC);
        long before = count();
        FailingFiles.failForce(name -> name.startsWith("journal"));
        assertThatThrownBy(() -> join(log.append(A, Events.batch("1"))))
                .isInstanceOf(EventLogException.Unavailable.class);
        assertThat(count()).isEqualTo(before);
    }

    @Test
    void fewSyncsMakeTheFileLonger() throws IOException {
        EmbeddedEventLog log = open(Durability.SYNC);
        var files = new JournalFiles(directory);
        Set<Long> sizes = new HashSet<>();
        for (int i = 0; i < 100; i++) {
            append(log, A, '"' + "x".repeat(3_000) + '"');
            sizes.add(Files.size(files.newest()));
        }
        assertThat(files.end(files.newest())).isGreaterThan(300_000);
        assertThat(sizes).hasSizeLessThan(5);
    }

    @Test
    void commitsAreMeasuredByWhatDelaysThem() {
        EmbeddedEventLog log = open(Durability.NONE);
        Commits commits = meters.commits();
        append(log, A, "1");
        assertThat(count(commits.alone()) + count(commits.checkpoints()))
                .as("the task and the event")
                .isEqualTo(2);
        var writing = new CompletableFuture<Void>();
        var release = new CompletableFuture<Void>();
        FailingFiles.failWrites(name -> {
            if (name.startsWith("events")) {
                writing.complete(null);
                join(release);
            }
            return false;
        });
        append(log, A, "2");
        var checkpoint = CompletableFuture.runAsync(log::runMaintenance);
        join(writing);
        long alone = count(commits.alone());
        long beside = count(commits.checkpoints());
        append(log, A, "3");
        release.complete(null);
        join(checkpoint);
        assertThat(count(commits.checkpoints())).isEqualTo(beside + 1);
        assertThat(count(commits.alone())).isEqualTo(alone);
        assertThat(count(commits.segments())).isPositive();
    }

    @Test
    void whereNobodyWaitsForTheDiskThereIsNone() {
        append(open(Durability.NONE), A, "1");
        assertThat(count()).isZero();
    }
}
