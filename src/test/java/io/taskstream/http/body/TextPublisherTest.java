package io.taskstream.http.body;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskstream.http.ProblemException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Text is published as it comes, byte for byte. */
class TextPublisherTest extends LineFixture {

    @BeforeEach
    void isText() {
        format = LineFormat.TEXT;
    }

    @Test
    void eachLineIsADeltaWithItsEnd() throws IOException {
        begin(null);
        in.arrive("[INFO] done\n\n\r\nrest");
        end();
        assertThat(deltas()).containsExactly("[INFO] done\n", "\n", "\r\n", "rest");
        assertThat(outcome().count()).isEqualTo(4);
        assertThat(outcome().bytes()).isEqualTo(19);
        assertThat(outcome().failure()).isNull();
    }

    @Test
    void aLineThatHasNotEndedIsPublishedASecondAfterItsFirstByte() throws IOException {
        begin(null);
        in.arrive("Tests ");
        ticker.advance(Duration.ofMillis(600));
        in.arrive(".");
        ticker.advance(Duration.ofMillis(399));
        scheduler.runDelayed();
        executor.runAll();
        assertThat(deltas()).isEmpty();
        ticker.advance(Duration.ofMillis(1));
        scheduler.runDelayed();
        executor.runAll();
        assertThat(deltas()).containsExactly("Tests .");
        in.arrive(".");
        assertThat(deltas()).hasSize(1);
        pause();
        in.arrive(" ok\n");
        assertThat(deltas()).containsExactly("Tests .", ".", " ok\n");
    }

    @Test
    void aLineThatBeganLaterWaitsForItsOwnSecond() throws IOException {
        begin(null);
        in.arrive("a");
        ticker.advance(Duration.ofMillis(900));
        in.arrive("b\nc");
        assertThat(scheduler.delayed()).isEqualTo(1);
        ticker.advance(Duration.ofMillis(100));
        scheduler.runDelayed();
        executor.runAll();
        assertThat(deltas()).containsExactly("ab\n");
        assertThat(scheduler.delayed()).isEqualTo(1);
        ticker.advance(Duration.ofMillis(900));
        scheduler.runDelayed();
        executor.runAll();
        assertThat(deltas()).containsExactly("ab\n", "c");
    }

    @Test
    void manyShortLinesNeedOneTimer() throws IOException {
        begin(null);
        for (int i = 0; i < 300; i++) {
            in.arrive("line\nli");
            in.arrive("ne\n");
            executor.runAll();
        }
        assertThat(deltas()).hasSize(600).containsOnly("line\n");
        assertThat(scheduler.delayed()).isEqualTo(1);
        pause();
        assertThat(scheduler.delayed()).isZero();
        assertThat(deltas()).hasSize(600);
    }

    @Test
    void aProgressBarIsSeenAsItIsDrawn() throws IOException {
        begin(null);
        in.arrive("10%\r");
        assertThat(deltas()).isEmpty();
        pause();
        assertThat(deltas()).containsExactly("10%\r");
        in.arrive("20%\r30%\r");
        assertThat(deltas()).endsWith("20%\r");
        in.arrive("\nready\n");
        assertThat(deltas()).containsExactly("10%\r", "20%\r", "30%\r\n", "ready\n");
    }

    @Test
    void aCharacterThatAPauseCutsIsPublishedWhole() throws IOException {
        begin(null);
        byte[] euro = "\u20ac".getBytes(StandardCharsets.UTF_8);
        in.arrive(new byte[] {'1', euro[0], euro[1]});
        pause();
        assertThat(deltas()).containsExactly("1");
        pause();
        assertThat(scheduler.delayed()).isZero();
        in.arrive(new byte[] {euro[2]});
        pause();
        assertThat(deltas()).containsExactly("1", "\u20ac");
        in.arrive(new byte[] {euro[0]});
        pause();
        end();
        assertThat(deltas()).containsExactly("1", "\u20ac", "\ufffd");
        assertThat(outcome().bytes()).isEqualTo(5);
    }

    @Test
    void aLongLineComesInPieces() throws IOException {
        begin(null);
        String line = "x".repeat(TextSplitter.MOST) + "y\n";
        in.arrive(line);
        end();
        assertThat(deltas()).hasSize(2).last().isEqualTo("y\n");
        assertThat(text()).isEqualTo(line);
        assertThat(outcome().failure()).isNull();
    }

    @Test
    void aSlowLineIsNeverRefused() throws IOException {
        begin(null);
        in.arrive("a");
        pass(LINE.multipliedBy(2));
        in.arrive("b");
        pass(LINE.multipliedBy(2));
        assertThat(outcomes).isEmpty();
        assertThat(scheduler.delayed()).isEqualTo(1);
    }

    @Test
    void anUnfinishedLineWaitsForTheAppendBeforeIt() throws IOException {
        log.slow();
        begin(null);
        in.arrive("1\n2");
        pause();
        assertThat(log.waiting()).isEqualTo(1);
        log.finishOne();
        executor.runAll();
        log.finishOne();
        executor.runAll();
        assertThat(deltas()).containsExactly("1\n", "2");
    }

    @Test
    void whatHadArrivedBeforeTheConnectionBrokeIsPublished() throws IOException {
        begin(null);
        in.arrive("1\n2");
        in.breakOff(new IOException("Reset by peer"));
        executor.runAll();
        assertThat(deltas()).containsExactly("1\n", "2");
        assertThat(outcome().bytes()).isEqualTo(3);
        assertThat(outcome().failure()).isInstanceOf(ProblemException.class).hasMessage("The body broke off");
        assertThat(budget.held()).isZero();
    }

    @Test
    void whatArrivedWithTheBreakIsPublishedExceptItsLastByte() throws IOException {
        begin(null);
        in.arriveWithBreak("1\n2\n", new IOException("Reset by peer"));
        executor.runAll();
        assertThat(deltas()).containsExactly("1\n", "2");
        assertThat(outcome().bytes()).isEqualTo(3);
    }

    @Test
    void aBrokenConnectionLeavesAnUnfinishedCharacter() throws IOException {
        begin(null);
        in.arrive(new byte[] {'1', (byte) 0xe2});
        in.breakOff(new IOException("Reset by peer"));
        executor.runAll();
        assertThat(deltas()).containsExactly("1");
        assertThat(outcome().bytes()).isEqualTo(1);
    }

    @Test
    void afterAFailureNothingIsPublished() throws IOException {
        begin(null);
        in.arrive("1\n2");
        sessions.end("session");
        pause();
        executor.runAll();
        assertThat(deltas()).containsExactly("1\n");
        assertThat(outcomes).hasSize(1);
    }

    @Test
    void aByteOrderMarkBeforeTheFirstLineIsNoText() throws IOException {
        begin(null);
        in.arrive("\ufeffa\n\ufeffb\n");
        end();
        assertThat(deltas()).containsExactly("a\n", "\ufeffb\n");
        assertThat(outcome().bytes()).isEqualTo(10);
    }

    @Test
    void aByteOrderMarkThatComesAloneIsNoDelta() throws IOException {
        begin(null);
        in.arrive("\ufeff");
        pause();
        assertThat(deltas()).isEmpty();
        in.arrive("\ufeffa");
        end();
        assertThat(text()).isEqualTo("\ufeffa");
        assertThat(outcome().bytes()).isEqualTo(7);
    }

    @Test
    void textIsDecodedFromItsCharset() throws IOException {
        charset = StandardCharsets.ISO_8859_1;
        begin(null);
        in.arrive("\u00e4".getBytes(charset));
        pause();
        in.arrive("\u00f6\n".getBytes(charset));
        assertThat(deltas()).containsExactly("\u00e4", "\u00f6\n");
    }
}
