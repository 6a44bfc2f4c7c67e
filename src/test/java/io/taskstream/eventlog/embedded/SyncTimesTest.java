package io.taskstream.eventlog.embedded;

import static io.taskstream.testing.Stages.join;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taskstream.eventlog.EventLogException;
import io.taskstream.metrics.Histogram;
import io.taskstream.metrics.Stopwatch;
import io.taskstream.testing.Events;
import io.taskstream.testing.FailingFiles;
import io.taskstream.testing.JournalFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** How long syncs take: the time of each is measured, and few make the file longer, which takes more of it. */
final class SyncTimesTest extends LogFixture {

    private static final long EACH = 3_000_000;

    private final Histogram syncs = Histogram.ofDurations();
    private final AtomicLong now = new AtomicLong();

    @AfterEach
    void heal() {
        FailingFiles.heal();
    }

    private EmbeddedEventLog open(Durability durability) {
        var options =
                new EmbeddedOptions(FailingFiles.at(directory.toString()), durability, OpenLog.KEEP_ALL, 1 << 20, 8);
        open = OpenLog.with(options, time, new Stopwatch(syncs, () -> now.addAndGet(EACH)));
        create(open, A);
        return open;
    }

    private long count() {
        return Arrays.stream(syncs.counts()).sum();
    }

    @Test
    void eachSyncThatAppendsWaitForIsMeasured() {
        EmbeddedEventLog log = open(Durability.SYNC);
        long before = count();
        append(log, A, "1", "2");
        append(log, A, "3");
        assertThat(count()).isEqualTo(before + 2);
        assertThat(syncs.sum()).isEqualTo(EACH * count());
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
    void whereNobodyWaitsForTheDiskThereIsNone() {
        append(open(Durability.NONE), A, "1");
        assertThat(count()).isZero();
    }
}
