package io.taskstream.eventlog.embedded.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taskstream.metrics.Histogram;
import io.taskstream.metrics.Stopwatch;
import io.taskstream.testing.FailingFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.h2.mvstore.WriteBuffer;
import org.h2.store.fs.FilePath;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A journal whose groups are acknowledged before they are forced, and whose segment is closed early. */
final class JournalTest {

    private static final String SEGMENT = "journal-0000000000000001";

    @TempDir
    private Path directory;

    private final List<String> forced = new ArrayList<>();
    private Journal journal = journal();
    private long good;

    private Journal journal() {
        var unused = new Stopwatch(Histogram.ofDurations(), () -> 0);
        return new Journal(FilePath.get(FailingFiles.at(String.valueOf(directory))), false, unused, unused);
    }

    @BeforeEach
    void writeUnforced() throws IOException {
        journal = journal();
        journal.begin(1);
        write(1);
        journal.confirm(1);
        good = journal.writeOffset();
        FailingFiles.beforeEachForce(forced::add);
    }

    @AfterEach
    void heal() {
        journal.close();
        FailingFiles.heal();
    }

    private void write(long number) throws IOException {
        var group = new WriteBuffer();
        Journal.beginGroup(group);
        group.put((byte) 1);
        journal.write(number, group);
    }

    @Test
    void anAbandonedSegmentIsForced() {
        FailingFiles.failWrites(name -> true);
        assertThatThrownBy(() -> write(2)).isInstanceOf(IOException.class);
        journal.abandonSegment(good);
        assertThat(forced).containsExactly(SEGMENT);
        assertThat(directory.resolve(SEGMENT)).hasSize(good);
        assertThat(journal.isOpen()).isFalse();
        assertThat(journal.isUnforced()).isFalse();
    }

    @Test
    void aSegmentThatAnInterruptHasClosedIsForced() {
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> write(2)).isInstanceOf(IOException.class);
        journal.abandonSegment(good);
        assertThat(Thread.interrupted()).isTrue();
        assertThat(forced).containsExactly(SEGMENT);
        assertThat(directory.resolve(SEGMENT)).hasSize(good);
    }

    @Test
    void aSegmentIsForcedBeforeItIsClosed() {
        journal.close();
        assertThat(forced).hasSize(1);
    }

    @Test
    void aDiskThatCanNotBeForcedKeepsNoSegmentOpen() throws IOException {
        FailingFiles.failForce(name -> true);
        journal.abandonSegment(good);
        FailingFiles.heal();
        journal.begin(2);
        assertThat(journal.isOpen()).isTrue();
    }
}
