package io.taskstream.eventlog;

import static io.taskstream.testing.Events.DONE;
import static io.taskstream.testing.Stages.await;
import static io.taskstream.testing.Stages.join;
import static org.assertj.core.api.Assertions.assertThat;

import io.taskstream.task.TaskId;
import io.taskstream.testing.Events;
import io.taskstream.testing.LogReader;
import io.taskstream.testing.RecordingWatcher;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * What every engine must do. An engine may complete its stages, tell its watchers and trim its logs later and on other
 * threads; tests here wait for that. Task ids are new in every test, so an engine may be shared between them.
 */
public abstract class EventLogContract extends UploadRaceContract {

    @Test
    void aReadGivesExactFrames() {
        TaskId id = create("a");
        EventId first = append(id, "{\"a\":\n\"é\"}").last();
        append(id, "2");
        Chunk chunk = join(log.read(id, 0, PAGE));
        assertThat(LogReader.text(chunk))
                .isEqualTo("id: " + first + "\ndata: {\"a\":\ndata: \"é\"}\n\nid: " + first.at(2) + "\ndata: 2\n\n");
        assertThat(chunk.first()).isEqualTo(first);
        assertThat(chunk.last()).isEqualTo(2);
        assertThat(chunk.isEnd()).isFalse();
    }

    @Test
    void aReadHoldsAtLeastOneFrameAndElseNoMoreBytesThanAskedFor() {
        TaskId id = create("a");
        append(id, "1", quote("x".repeat(5_000)), "3", "4");
        assertThat(join(log.read(id, 0, 1)).last()).isEqualTo(1);
        assertThat(join(log.read(id, 1, 10)).last()).isEqualTo(2);
        assertThat(join(log.read(id, 1, 10)).length()).isGreaterThan(5_000);
        Chunk rest = join(log.read(id, 2, PAGE));
        assertThat(join(log.read(id, 2, rest.length() - 1)).last()).isEqualTo(3);
    }

    @Test
    void piecesOfAnySizeMakeTheSameStream() {
        TaskId id = create("a");
        for (int i = 0; i < 30; i++) {
            append(id, quote("x".repeat(i * 37)), Integer.toString(i));
        }
        String whole = LogReader.frames(log, id, 0, PAGE);
        assertThat(whole).contains("\ndata: 29\n").startsWith("id: " + last(id).at(1));
        assertThat(LogReader.frames(log, id, 0, 1)).isEqualTo(whole);
        assertThat(LogReader.frames(log, id, 0, 700)).isEqualTo(whole);
    }

    @Test
    void aReadAtTheEndIsEmptyAndSaysWhatIsNext() {
        TaskId id = create("a");
        Chunk none = join(log.read(id, 0, PAGE));
        assertThat(none.isEmpty()).isTrue();
        assertThat(none.first()).isEqualTo(last(id).at(1));
        append(id, "1");
        Chunk further = join(log.read(id, 1, PAGE));
        assertThat(further.isEmpty()).isTrue();
        assertThat(further.first()).isEqualTo(last(id).at(2));
        assertThat(further.isEnd()).isFalse();
    }

    @Test
    void aReadSaysWhereAFinishedLogEnds() {
        TaskId id = create("a");
        append(id, "1", DONE);
        assertThat(join(log.read(id, 0, 1)).isEnd()).isFalse();
        assertThat(join(log.read(id, 0, PAGE)).isEnd()).isTrue();
        assertThat(join(log.read(id, 1, 1)).isEnd()).isTrue();
        assertThat(join(log.read(id, 2, PAGE)).isEnd()).isTrue();
        assertThat(join(log.read(id, 2, PAGE)).isEmpty()).isTrue();
    }

    @Test
    void historyIsPaged() {
        TaskId id = create("a");
        EventId first = append(id, "1").last();
        append(id, "2", "3", "4");
        List<StoredEvent> page = log.history(id, 1, 2);
        assertThat(page).extracting(StoredEvent::id).containsExactly(first.at(2), first.at(3));
        assertThat(new String(page.get(0).data(), StandardCharsets.UTF_8)).isEqualTo("2");
        assertThat(page.get(0).time().toEpochMilli()).isPositive();
        assertThat(log.history(id, 3, 10)).hasSize(1);
        assertThat(log.history(id, 4, 10)).isEmpty();
    }

    @Test
    void aTrimmedLogBeginsWithTheOldestThatIsKept() {
        TaskId id = create("a");
        for (int i = 1; i <= MAX_EVENTS * 5; i += 5) {
            append(id, "" + i, "" + (i + 1), "" + (i + 2), "" + (i + 3), "" + (i + 4));
        }
        trim(log);
        await("trimmed", () -> log.find(id).orElseThrow().oldest() > 1);
        LogState state = log.find(id).orElseThrow();
        assertThat(state.last().sequence()).isEqualTo(MAX_EVENTS * 5);
        assertThat(state.events()).isGreaterThanOrEqualTo(MAX_EVENTS);
        Chunk chunk = join(log.read(id, 0, PAGE));
        assertThat(chunk.first().sequence()).isGreaterThanOrEqualTo(state.oldest());
        assertThat(LogReader.text(chunk)).contains("\ndata: " + chunk.first().sequence() + "\n");
        List<StoredEvent> history = log.history(id, 0, MAX_EVENTS * 5);
        assertThat(history.get(0).id().sequence()).isGreaterThanOrEqualTo(state.oldest());
        assertThat(history.get(history.size() - 1).id()).isEqualTo(state.last());
        assertThat(history).hasSizeGreaterThanOrEqualTo(MAX_EVENTS);
    }

    // Watching

    @Test
    void aWatcherIsToldOfAppends() {
        TaskId id = create("a");
        var watcher = new RecordingWatcher();
        EventLog.Watch watch = log.watch(id, watcher);
        append(id, "1");
        await("told", () -> watcher.timesAppended() > 0);
        assertThat(watcher.timesDeleted()).isZero();
        watch.close();
    }

    @Test
    void whatAWatcherIsToldOfCanBeRead() {
        TaskId id = create("a");
        var watcher = new RecordingWatcher();
        log.watch(id, watcher);
        for (int i = 1; i <= 20; i++) {
            int told = watcher.timesAppended();
            log.append(id, Events.batch(Integer.toString(i)));
            await("told", () -> watcher.timesAppended() > told);
            long sequence = i;
            await("read", () -> join(log.read(id, sequence - 1, PAGE)).last() == sequence);
        }
    }

    @Test
    void aWatcherIsToldThatTheLogIsGone() {
        TaskId id = create("a");
        var watcher = new RecordingWatcher();
        log.watch(id, watcher);
        log.delete(id);
        await("told", () -> watcher.timesDeleted() == 1);
    }

    @Test
    void whoWatchesNothingIsToldSo() {
        var watcher = new RecordingWatcher();
        log.watch(id("a"), watcher).close();
        await("told", () -> watcher.timesDeleted() == 1);
    }

    @Test
    void afterItIsClosedAWatchTellsNothing() {
        TaskId id = create("a");
        var watcher = new RecordingWatcher();
        var other = new RecordingWatcher();
        log.watch(id, watcher).close();
        log.watch(id, other);
        append(id, "1");
        await("the other is told of the event", () -> other.timesAppended() > 0);
        log.delete(id);
        await("the other is told of the end", () -> other.timesDeleted() > 0);
        assertThat(watcher.timesAppended()).isZero();
        assertThat(watcher.timesDeleted()).isZero();
    }
}
