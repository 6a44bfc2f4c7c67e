package io.taskstream.eventlog.embedded;

import static io.taskstream.testing.Stages.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taskstream.eventlog.EventLogException;
import io.taskstream.testing.FailingFiles;
import io.taskstream.testing.LogReader;
import io.taskstream.testing.RecordingWatcher;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A disk that fails, and recovers. */
final class FailureTest extends LogFixture {

    @AfterEach
    void heal() {
        FailingFiles.heal();
    }

    private EmbeddedEventLog openFailing() {
        closeLog();
        open = OpenLog.with(
                new EmbeddedOptions(
                        FailingFiles.at(directory.toString()), Durability.SYNC, OpenLog.KEEP_ALL, 1 << 20, 8),
                time);
        return open;
    }

    @Test
    void aFullDiskRefusesAppendsAndServesReads() {
        EmbeddedEventLog log = openFailing();
        create(log, A);
        append(log, A, "1");
        var watcher = new RecordingWatcher();
        log.watch(A, watcher);

        FailingFiles.failWrites(name -> true);
        assertThatThrownBy(() -> append(log, A, "2"))
                .isInstanceOf(EventLogException.Unavailable.class)
                .hasMessageContaining("No space left");
        assertThat(log.trouble()).isPresent();
        assertThat(data(log, A)).containsExactly("1");
        assertThat(LogReader.frames(log, A, 0, 100)).contains("\ndata: 1\n");
        assertThat(log.find(A).orElseThrow().last().sequence()).isEqualTo(1);
        assertThat(watcher.timesAppended()).isZero();

        FailingFiles.heal();
        await("recovered without being asked to", () -> log.trouble().isEmpty());
        assertThat(append(log, A, "3").last().sequence()).isEqualTo(2);
        assertThat(data(openFailing(), A)).containsExactly("1", "3");
    }

    @Test
    void whatCouldNotBeForcedIsNotAcknowledgedAndNotMixedWithWhatFollows() {
        EmbeddedEventLog log = openFailing();
        create(log, A);
        append(log, A, "1");

        FailingFiles.failForce(name -> name.startsWith("journal"));
        assertThatThrownBy(() -> append(log, A, "2")).isInstanceOf(EventLogException.Unavailable.class);
        assertThat(data(log, A)).containsExactly("1");

        FailingFiles.heal();
        assertThat(append(log, A, "3").last().sequence()).isEqualTo(2);
        assertThat(data(log, A)).containsExactly("1", "3");
        assertThat(data(openFailing(), A)).containsExactly("1", "3");
    }

    @Test
    void aStoreThatFailsCostsNothing() {
        EmbeddedEventLog log = openFailing();
        create(log, A);
        append(log, A, "1");
        log.tend();

        FailingFiles.failWrites(name -> name.startsWith("events"));
        append(log, A, "2");
        assertThatThrownBy(log::tend).isInstanceOf(RuntimeException.class);
        append(log, A, "3");
        assertThatThrownBy(log::tend).isInstanceOf(RuntimeException.class);
        assertThat(data(log, A)).isEqualTo(List.of("1", "2", "3"));

        FailingFiles.heal();
        log.tend();
        assertThat(data(log, A)).containsExactly("1", "2", "3");
        assertThat(data(openFailing(), A)).containsExactly("1", "2", "3");
    }
}
