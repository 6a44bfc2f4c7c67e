package io.taskstream.eventlog;

import static io.taskstream.testing.Events.DONE;
import static io.taskstream.testing.Stages.await;
import static io.taskstream.testing.Stages.join;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.taskstream.eventlog.EventLogException.UploadRefused;
import io.taskstream.eventlog.EventLogException.UploadRefused.Reason;
import io.taskstream.eventlog.UploadChange.Advance;
import io.taskstream.eventlog.UploadChange.Begin;
import io.taskstream.eventlog.UploadChange.Claim;
import io.taskstream.eventlog.UploadChange.Heard;
import io.taskstream.task.TaskId;
import io.taskstream.testing.Events;
import io.taskstream.testing.RecordingWatcher;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What every engine must do with uploads. */
abstract class UploadContract extends AppendContract {

    private static final String TEXT = "text/plain";

    private CompletionStage<Appended> submit(TaskId id, UploadChange change, String... json) {
        return log.append(id, Batch.of(Events.of(json), change, null));
    }

    Appended change(TaskId id, UploadChange change, String... json) {
        return join(submit(id, change, json));
    }

    Upload begin(TaskId id, String name) {
        return changed(id, new Begin(name, TEXT));
    }

    Upload claim(TaskId id, String name) {
        return changed(id, new Claim(name, -1));
    }

    Upload changed(TaskId id, UploadChange change, String... json) {
        return Objects.requireNonNull(change(id, change, json).upload());
    }

    private Upload complete(TaskId id, String name) {
        Upload upload = claim(id, name);
        return changed(id, new Advance(name, upload.turn(), upload.offset(), upload.offset(), true));
    }

    private List<Upload> uploads(TaskId id) {
        return log.find(id).orElseThrow().uploads();
    }

    private Upload upload(TaskId id, String name) {
        return uploads(id).stream()
                .filter(each -> each.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    /** Asserts that the change is refused for this reason, with the upload's state, and changes nothing. */
    private void assertRefused(Reason reason, TaskId id, UploadChange change, String... json) {
        LogState before = log.find(id).orElseThrow();
        UploadRefused refused = catchThrowableOfType(UploadRefused.class, () -> change(id, change, json));
        assertThat(refused).isNotNull();
        assertThat(refused.reason()).isEqualTo(reason);
        Upload present = before.uploads().stream()
                .filter(each -> each.name().equals(change.name()))
                .findFirst()
                .orElse(null);
        assertThat(refused.upload()).isEqualTo(present);
        assertThat(log.find(id).orElseThrow()).isEqualTo(before);
    }

    @Test
    void anUploadBeginsWithoutBytes() {
        TaskId id = create("a");
        EventId last = append(id, "1").last();
        Appended begun = change(id, new Begin("u", TEXT));
        assertThat(begun.count()).isZero();
        assertThat(begun.last()).isEqualTo(last);
        Upload upload = upload(id, "u");
        assertThat(begun.upload()).isEqualTo(upload);
        assertThat(upload).isEqualTo(new Upload("u", TEXT, 0, false, 0, upload.heard(), 0));
        assertThat(data(id)).containsExactly("1");
    }

    @Test
    void anUploadBeginsOnce() {
        TaskId id = create("a");
        begin(id, "u");
        Upload upload = changed(id, new Advance("u", claim(id, "u").turn(), 0, 3, false), "\"abc\"");
        assertThat(begin(id, "u")).isEqualTo(upload).isEqualTo(upload(id, "u"));
        assertRefused(Reason.OTHER_TYPE, id, new Begin("u", "application/x-ndjson"));
    }

    @Test
    void ofThoseWhoRaceToBeginAllGetTheSame() throws Exception {
        TaskId id = create("a");
        List<Upload> begun = inParallel(8, i -> begin(id, "u"));
        assertThat(begun).containsOnly(upload(id, "u"));
        assertThat(uploads(id)).hasSize(1);
    }

    @Test
    void noUploadBeginsInAFinishedTask() {
        TaskId id = create("a");
        Upload upload = begin(id, "u");
        append(id, DONE);
        assertThatThrownBy(() -> begin(id, "v")).isInstanceOf(EventLogException.TaskFinished.class);
        assertThat(begin(id, "u")).isEqualTo(upload);
        assertThat(uploads(id)).containsExactly(upload);
    }

    @Test
    void aFurtherUploadReplacesTheCompleteOneHeardOfLeastRecently() {
        TaskId id = create("a");
        for (int i = 0; i < Upload.MAX_PER_TASK; i++) {
            begin(id, "u" + i);
        }
        assertRefused(Reason.TOO_MANY, id, new Begin("v", TEXT));
        complete(id, "u7");
        complete(id, "u5");
        advance(Duration.ofSeconds(1));
        // Some engines have a time of their own.
        await(
                "heard of later",
                () -> claim(id, "u7").heard().isAfter(upload(id, "u5").heard()));

        begin(id, "v");
        assertThat(uploads(id))
                .hasSize(Upload.MAX_PER_TASK)
                .extracting(Upload::name)
                .contains("u7", "v")
                .doesNotContain("u5");
        assertRefused(Reason.ABSENT, id, new Claim("u5", -1));
        begin(id, "w");
        assertRefused(Reason.TOO_MANY, id, new Begin("x", TEXT));
    }

    @Test
    void uploadsAreFoundAndListedByName() {
        TaskId id = create("a");
        List.of("c", "a", "B", "b").forEach(name -> begin(id, name));
        create("b");
        assertThat(uploads(id)).extracting(Upload::name).containsExactly("B", "a", "b", "c");
        List<LogState> listed = log.list(ofThisTest(null, 10, null));
        assertThat(listed.get(0).uploads()).isEmpty();
        assertThat(listed.get(1).uploads()).isEqualTo(uploads(id));
    }

    @Test
    void aClaimBeginsTheNextTurn() {
        TaskId id = create("a");
        Upload begun = begin(id, "u");
        Upload first = changed(id, new Claim("u", 30));
        assertThat(first.turn()).isEqualTo(begun.turn() + 1);
        assertThat(first.interval()).isEqualTo(30);
        Upload second = claim(id, "u");
        assertThat(second.turn()).isEqualTo(first.turn() + 1);
        assertThat(second.interval()).isEqualTo(30);
        assertThat(changed(id, new Claim("u", 0)).interval()).isZero();
        assertThat(upload(id, "u").turn()).isEqualTo(second.turn() + 1);
    }

    @Test
    void anAdvanceCountsItsEvents() {
        TaskId id = create("a");
        begin(id, "u");
        long turn = claim(id, "u").turn();
        Appended appended = change(id, new Advance("u", turn, 0, 5, false), "\"ab\"", "\"cde\"");
        assertThat(appended.count()).isEqualTo(2);
        assertThat(appended.last()).isEqualTo(last(id));
        assertThat(appended.upload()).isEqualTo(upload(id, "u"));
        append(id, "1");
        change(id, new Advance("u", turn, 5, 6, false), "\"f\"");
        assertThat(upload(id, "u").offset()).isEqualTo(6);
        assertThat(upload(id, "u").complete()).isFalse();
        assertThat(data(id)).containsExactly("\"ab\"", "\"cde\"", "1", "\"f\"");
    }

    @Test
    void whatMayNotAdvanceAppendsNothing() {
        TaskId id = create("a");
        assertRefused(Reason.ABSENT, id, new Advance("u", 0, 0, 1, false), "1");
        begin(id, "u");
        long old = claim(id, "u").turn();
        long turn = claim(id, "u").turn();
        assertRefused(Reason.CLAIMED, id, new Advance("u", old, 0, 1, false), "1");
        assertRefused(Reason.OFFSET, id, new Advance("u", turn, 1, 2, false), "1");
        change(id, new Advance("u", turn, 0, 1, true), "1");
        assertRefused(Reason.COMPLETE, id, new Advance("u", turn, 1, 2, false), "2");
        assertRefused(Reason.COMPLETE, id, new Advance("u", turn, 1, 1, true));
        assertThat(data(id)).containsExactly("1");
    }

    @Test
    void advancesThatAreNotWaitedForKeepTheirOrder() {
        TaskId id = create("a");
        begin(id, "u");
        long turn = claim(id, "u").turn();
        List<CompletionStage<Appended>> stages = IntStream.range(0, 50)
                .mapToObj(i -> submit(id, new Advance("u", turn, i, i + 1L, i == 49), Integer.toString(i)))
                .toList();
        for (int i = 0; i < 50; i++) {
            Appended appended = join(stages.get(i));
            assertThat(appended.last().sequence()).isEqualTo(i + 1);
            assertThat(appended.upload()).extracting(Upload::offset).isEqualTo(i + 1L);
        }
        assertThat(upload(id, "u").complete()).isTrue();
    }

    @Test
    void anUploadCanBeCompletedWithoutEventsAlsoWhenTheTaskIsFinished() {
        TaskId id = create("a");
        begin(id, "u");
        long turn = claim(id, "u").turn();
        change(id, new Advance("u", turn, 0, 4, false), DONE);
        assertThat(log.find(id).orElseThrow().task().status().isFinished()).isTrue();
        assertThatThrownBy(() -> change(id, new Advance("u", turn, 4, 5, false), "1"))
                .isInstanceOf(EventLogException.TaskFinished.class);
        assertThat(upload(id, "u").offset()).isEqualTo(4);
        long next = claim(id, "u").turn();
        Appended completed = change(id, new Advance("u", next, 4, 6, true));
        assertThat(completed.count()).isZero();
        assertThat(completed.last()).isEqualTo(last(id));
        assertThat(upload(id, "u").complete()).isTrue();
        assertThat(upload(id, "u").offset()).isEqualTo(6);
        assertThat(data(id)).containsExactly(DONE);
    }

    @Test
    void anUploadIsHeardOf() {
        TaskId id = create("a");
        assertRefused(Reason.ABSENT, id, new Heard("u", 0));
        begin(id, "u");
        long old = claim(id, "u").turn();
        Upload claimed = claim(id, "u");
        advance(Duration.ofSeconds(3));
        await("later", () -> changed(id, new Heard("u", claimed.turn())).heard().isAfter(claimed.heard()));
        Upload heard = upload(id, "u");
        assertThat(heard.heard()).isAfter(claimed.heard());
        assertThat(heard).isEqualTo(new Upload("u", TEXT, 0, false, claimed.turn(), heard.heard(), 0));
        assertRefused(Reason.CLAIMED, id, new Heard("u", old));
    }

    @Test
    void changesOfOneUploadAreNothingToAnother() {
        TaskId id = create("a");
        begin(id, "u");
        begin(id, "v");
        long u = claim(id, "u").turn();
        claim(id, "v");
        long v = claim(id, "v").turn();
        change(id, new Advance("v", v, 0, 2, false), "1");
        change(id, new Advance("u", u, 0, 1, true), "2");
        assertThat(upload(id, "v").offset()).isEqualTo(2);
        assertThat(upload(id, "v").complete()).isFalse();
        assertThat(upload(id, "u").offset()).isEqualTo(1);
    }

    @Test
    void uploadsGoWithTheirTask() {
        TaskId id = create("a");
        assertThatThrownBy(() -> begin(id("b"), "u")).isInstanceOf(EventLogException.NoSuchTask.class);
        begin(id, "u");
        log.delete(id);
        assertThatThrownBy(() -> claim(id, "u")).isInstanceOf(EventLogException.NoSuchTask.class);
        create("a");
        assertThat(uploads(id)).isEmpty();
        assertRefused(Reason.ABSENT, id, new Claim("u", -1));
        assertThat(begin(id, "u").turn()).isZero();
    }

    @Test
    void aTraceIsKeptWithTheEventsOfAnUpload() {
        TaskId id = create("a");
        begin(id, "u");
        long turn = claim(id, "u").turn();
        join(log.append(id, Batch.of(Events.of("1"), new Advance("u", turn, 0, 1, false), "00-1-1-01")));
        assertThat(log.history(id, 0, 10)).extracting(StoredEvent::traceparent).containsExactly("00-1-1-01");
    }

    @Test
    void keysAndConditionsTakeNoNoticeOfUploads() {
        TaskId id = create("a");
        Appended first = appendIf(id, null, "k", "1");
        begin(id, "u");
        long turn = claim(id, "u").turn();
        assertThat(appendIf(id, first.last(), null, "2").last())
                .isEqualTo(first.last().at(2));
        assertThat(appendIf(id, null, "k", "1")).isEqualTo(first);
        EventId third = change(id, new Advance("u", turn, 0, 1, false), "3").last();
        assertThat(appendIf(id, third, "k2", "4").last()).isEqualTo(first.last().at(4));
    }

    @Test
    void uploadsOutliveTheirEvents() {
        TaskId id = create("a");
        begin(id, "u");
        long turn = claim(id, "u").turn();
        int batches = MAX_EVENTS;
        for (int i = 0; i < batches; i++) {
            change(id, new Advance("u", turn, i * 5L, i * 5L + 5, false), "1", "2", "3", "4", "5");
        }
        trim(log);
        await("trimmed", () -> log.find(id).orElseThrow().oldest() > 1);
        assertThat(upload(id, "u").offset()).isEqualTo(batches * 5L);
        assertThat(change(id, new Advance("u", turn, batches * 5L, batches * 5L + 1, true), "6")
                        .last()
                        .sequence())
                .isEqualTo(batches * 5L + 1);
    }

    @Test
    void aWatcherIsToldOfAChangeWithoutEvents() {
        TaskId id = create("a");
        var watcher = new RecordingWatcher();
        EventLog.Watch watch = log.watch(id, watcher);
        begin(id, "u");
        await("told of the beginning", () -> watcher.timesAppended() > 0);
        int told = watcher.timesAppended();
        complete(id, "u");
        await("told of the end", () -> watcher.timesAppended() > told);
        watch.close();
    }
}
