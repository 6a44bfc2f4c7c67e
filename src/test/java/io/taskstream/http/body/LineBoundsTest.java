package io.taskstream.http.body;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskstream.access.limit.ByteBudget;
import io.taskstream.http.ProblemException;
import io.taskstream.testing.FakeInput;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Bounds of a line's duration, and of the heap that all lines take. */
class LineBoundsTest extends LineFixture {

    private static final int PIECE = 1 << 14;

    @Test
    void aLineThatDoesNotEndIsCutOff() throws IOException {
        begin(null);
        in.arrive("1\n2");
        pass(LINE.minusSeconds(1));
        in.arrive("3");
        pass(Duration.ofSeconds(2));
        assertThat(events()).containsExactly("1");
        assertThat(outcome().count()).isEqualTo(1);
        assertThat(outcome().failure()).isInstanceOf(ProblemException.class).hasMessage("A line did not end in time");
        assertThat(budget.held()).isZero();
    }

    @Test
    void silenceBetweenLinesHasNoEnd() throws IOException {
        begin(null);
        in.arrive("1\n");
        pass(LINE.multipliedBy(10));
        in.arrive("2\n3");
        pass(LINE.minusSeconds(1));
        in.arrive("4\n5");
        pass(LINE.minusSeconds(1));
        in.arrive("\n");
        pass(LINE.multipliedBy(10));
        end();
        assertThat(events()).containsExactly("1", "2", "34", "5");
        assertThat(outcome().failure()).isNull();
    }

    @Test
    void aLineIsNotCutOffWhileNothingIsRead() throws IOException {
        perSecond = 1;
        begin(null);
        in.arrive("1\n2\n3");
        in.arrive("\n4");
        executor.runAll();
        pass(LINE.multipliedBy(2));
        assertThat(outcomes).isEmpty();
    }

    @Test
    void halfALineIsHeldUntilItsEventIsKept() throws IOException {
        log.slow();
        begin(null);
        in.arrive("12");
        assertThat(budget.held()).isEqualTo(2);
        in.arrive("3\n");
        assertThat(budget.held()).isEqualTo(3 + 64);
        log.finishOne();
        assertThat(budget.held()).isZero();
    }

    @Test
    void nothingIsReadUntilThereIsRoomForIt() throws IOException {
        ByteBudget.Allocation others = share("bob");
        others.keep(ROOM);
        ByteBudget.Allocation first = share("bob");
        assertThat(first.takeOrWait(RESERVED, () -> {})).isTrue();
        begin(null);
        in.arrive("1\n");
        executor.runAll();
        assertThat(events()).isEmpty();
        others.close();
        executor.runAll();
        assertThat(events()).containsExactly("1");
    }

    @Test
    void nothingIsHeldWhenTheProducerIsGone() throws IOException {
        begin(null);
        in.arrive("12");
        in.breakOff(new IOException("Reset by peer"));
        executor.runAll();
        assertThat(budget.held()).isZero();
    }

    /** One subject begins more lines than there is room for, and ends none. Another subject's lines are still read. */
    @Test
    void aModestPublisherIsNotKeptWaitingByAGreedyOne() throws IOException {
        maxLine = ROOM;
        for (int i = 0; i < 64; i++) {
            var greedy = new FakeInput();
            begin(greedy, share("greedy"), null);
            greedy.arrive("x".repeat(ROOM / 8));
        }
        executor.runAll();
        assertThat(budget.held()).isBetween(ROOM / 2L, ROOM / 2L + RESERVED);
        begin(null);
        for (int event = 1; event <= 100; event++) {
            in.arrive(event + "\n");
            assertThat(events()).hasSize(event);
        }
        assertThat(outcomes).isEmpty();
    }

    /** Each request holds a part of its half line, and none can be read further: only a read shows that its producer is gone. */
    @Test
    void manyHalfLinesHoldNothingWhenTheirProducersAreGone() throws IOException {
        maxLine = 100_000;
        checks.add(now -> budget.callAll());
        String most = "x".repeat(maxLine - 1);
        List<FakeInput> halves = new ArrayList<>();
        for (int i = 0; i < 4 * ROOM / maxLine; i++) {
            var half = new FakeInput();
            begin(half, share("subject " + i), null);
            halves.add(half);
        }
        for (int read = 0; read < maxLine; read += PIECE) {
            for (FakeInput half : halves) {
                half.arrive(most.substring(read, Math.min(read + PIECE, most.length())));
                executor.runAll();
            }
        }
        assertThat(budget.held()).isBetween(ROOM * 3L / 4, (long) ROOM + RESERVED);
        for (FakeInput half : halves) {
            half.endBehindWhatIsUnread();
        }
        pass(Duration.ofSeconds(3));
        assertThat(budget.held()).isZero();
        assertThat(outcomes).hasSameSizeAs(halves);
    }
}
