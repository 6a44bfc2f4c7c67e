package io.taskstream.stream;

import static io.taskstream.stream.StreamFixture.EPOCH;
import static io.taskstream.stream.StreamFixture.TASK;
import static io.taskstream.stream.StreamFixture.frame;
import static io.taskstream.stream.StreamFixture.frames;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.taskstream.eventlog.Chunk;
import io.taskstream.eventlog.EventId;
import io.taskstream.eventlog.LogState;
import io.taskstream.testing.Samples;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CursorTest {

    private static final int ALL = 1 << 20;

    /** Keeps five events. */
    private final StreamFixture fixture = new StreamFixture(5);

    @Test
    void readsFromTheStartToTheEndAndGoesOnFromThere() {
        fixture.publishNumbers(1, 3);
        Cursor cursor = cursor(fixture.earliest());
        assertThat(rest(cursor)).isEqualTo(frames(1, 3));
        assertThat(rest(cursor)).isEmpty();
        fixture.publishNumbers(4, 4);
        assertThat(rest(cursor)).isEqualTo(frames(4, 4));
        assertThat(cursor.isAtEnd()).isFalse();
    }

    @Test
    void givesAtLeastOneFrameHoweverFewBytesAreAskedFor() {
        fixture.publishNumbers(1, 2);
        Cursor cursor = cursor(fixture.earliest());
        assertThat(text(cursor.next(1))).isEqualTo(frames(1, 1));
        assertThat(text(cursor.next(1))).isEqualTo(frames(2, 2));
        assertThat(cursor.next(1)).isNull();
    }

    @Test
    void isAtTheEndBehindTheTerminalEvent() {
        fixture.publish("1", Samples.DONE);
        Cursor cursor = cursor(fixture.earliest());
        assertThat(text(cursor.next(1))).isEqualTo(frame(1, "1"));
        assertThat(cursor.isAtEnd()).isFalse();
        assertThat(text(cursor.next(1))).isEqualTo(frame(2, Samples.DONE));
        assertThat(cursor.isAtEnd()).isTrue();
        assertThat(cursor.next(1)).isNull();
    }

    @Test
    void isAtTheEndWhenTheLogIsGone() {
        Cursor cursor = cursor(fixture.earliest());
        fixture.log.delete(TASK);
        assertThat(cursor.next(ALL)).isNull();
        assertThat(cursor.isAtEnd()).isTrue();
    }

    @Test
    void trimmedEventsThatWereAskedForAreReportedAsAGap() {
        fixture.publishNumbers(1, 8);
        assertThat(rest(cursor(fixture.earliest()))).isEqualTo(gap("trimmed", EPOCH + "-1", 3) + frames(4, 8));
        assertThat(rest(cursor(StartPosition.at(2, state()))))
                .isEqualTo(gap("trimmed", EPOCH + "-2", 3) + frames(4, 8));
        assertThat(rest(cursor(StartPosition.at(4, state())))).isEqualTo(frames(4, 8));
        assertThat(rest(cursor(StartPosition.afterLastEventId(EPOCH + "-1", state()))))
                .isEqualTo(gap("trimmed", EPOCH + "-2", 3) + frames(4, 8));
    }

    @Test
    void eventsTrimmedBetweenAGapAndItsNextFrameAreReportedToo() {
        fixture.publishNumbers(1, 8);
        Cursor cursor = cursor(fixture.earliest());
        assertThat(text(cursor.next(ALL))).isEqualTo(gap("trimmed", EPOCH + "-1", 3));
        fixture.publishNumbers(9, 10);
        assertThat(rest(cursor)).isEqualTo(gap("trimmed", EPOCH + "-4", 5) + frames(6, 10));
    }

    @Test
    void eventsThatASlowViewerMissedAreReportedAsALagWithTheirNumber() {
        fixture.publishNumbers(1, 2);
        Cursor cursor = cursor(fixture.earliest());
        assertThat(rest(cursor)).isEqualTo(frames(1, 2));
        fixture.publishNumbers(3, 20);
        assertThat(rest(cursor)).isEqualTo(lag(13) + frames(16, 20));
    }

    @Test
    void aViewerThatHasBeenAtTheEndOfAnEmptyLogLagsToo() {
        Cursor cursor = cursor(fixture.latest());
        assertThat(cursor.next(ALL)).isNull();
        fixture.publishNumbers(1, 6);
        assertThat(rest(cursor)).isEqualTo(lag(1) + frames(2, 6));
    }

    @ParameterizedTest
    @ValueSource(strings = {"zzz-2", "00000000-9", "garbage", "", "-1", "00000000-", "00000000-02"})
    void aPositionOutsideThisLogIsReportedAsAResetAndAllThatIsKeptFollows(String lastEventId) {
        fixture.publishNumbers(1, 8);
        String from = EventId.parse(lastEventId).map(EventId::toString).orElse("0-0");
        assertThat(rest(cursor(StartPosition.afterLastEventId(lastEventId, state()))))
                .isEqualTo(gap("reset", from, 4) + frames(4, 8));
    }

    @Test
    void aResetIsReportedThoughTheLogIsEmpty() {
        Cursor cursor = cursor(StartPosition.afterLastEventId("zzz-2", state()));
        assertThat(rest(cursor)).isEqualTo(gap("reset", "zzz-2", 1));
        fixture.publishNumbers(1, 1);
        assertThat(rest(cursor)).isEqualTo(frames(1, 1));
    }

    @Test
    void beginsWithTheNextEventTheLastFewOrOneThatIsYetToCome() {
        fixture.publishNumbers(1, 4);
        Cursor latest = cursor(fixture.latest());
        Cursor lastTwo = cursor(StartPosition.last(2, state()));
        Cursor lastHundred = cursor(StartPosition.last(100, state()));
        Cursor sixth = cursor(StartPosition.at(6, state()));
        assertThat(rest(lastTwo)).isEqualTo(frames(3, 4));
        assertThat(rest(lastHundred)).isEqualTo(frames(1, 4));
        assertThat(rest(latest)).isEmpty();
        assertThat(rest(sixth)).isEmpty();

        fixture.publishNumbers(5, 6);
        assertThat(rest(latest)).isEqualTo(frames(5, 6));
        assertThat(rest(sixth)).isEqualTo(frames(6, 6));
    }

    @Test
    void isPastTheEndOnlyOfAFinishedTaskOfWhichItHasAll() {
        fixture.publishNumbers(1, 2);
        assertThat(StartPosition.afterLastEventId(EPOCH + "-2", state()).isPastEndOf(state()))
                .isFalse();
        fixture.publish(Samples.DONE);
        assertThat(StartPosition.afterLastEventId(EPOCH + "-3", state()).isPastEndOf(state()))
                .isTrue();
        assertThat(StartPosition.latest(state()).isPastEndOf(state())).isTrue();
        assertThat(StartPosition.afterLastEventId(EPOCH + "-2", state()).isPastEndOf(state()))
                .isFalse();
        assertThat(StartPosition.afterLastEventId(EPOCH + "-4", state()).isPastEndOf(state()))
                .isFalse();
        assertThat(StartPosition.afterLastEventId("zzz-3", state()).isPastEndOf(state()))
                .isFalse();
    }

    private LogState state() {
        return fixture.log.find(TASK).orElseThrow();
    }

    private Cursor cursor(StartPosition start) {
        return new Cursor(
                (after, maxBytes) -> fixture.log.read(TASK, after, maxBytes),
                start,
                () -> {},
                later -> {},
                () -> ProducerWatch.Snapshot.NONE,
                () -> 0,
                fixture.context.meters());
    }

    private static String rest(Cursor cursor) {
        var text = new StringBuilder();
        for (Chunk chunk = cursor.next(ALL); chunk != null; chunk = cursor.next(ALL)) {
            text.append(text(chunk));
        }
        return text.toString();
    }

    private static String text(@Nullable Chunk maybe) {
        Chunk chunk = requireNonNull(maybe);
        return new String(chunk.bytes(), chunk.offset(), chunk.length(), StandardCharsets.UTF_8);
    }

    private static String gap(String reason, String from, long to) {
        return "event: gap\ndata: {\"reason\":\"" + reason + "\",\"from\":\"" + from + "\",\"to\":\"" + EPOCH + "-" + to
                + "\"}\n\n";
    }

    private static String lag(long dropped) {
        return "event: lag\ndata: dropped " + dropped + " events due to slow consumer\n\n";
    }
}
