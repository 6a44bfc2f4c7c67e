package io.taskstream.http.body;

import static io.taskstream.testing.Samples.DONE;
import static org.assertj.core.api.Assertions.assertThat;

import io.taskstream.access.RefusedException;
import io.taskstream.eventlog.EventId;
import io.taskstream.eventlog.EventLogException;
import io.taskstream.http.ProblemException;
import io.taskstream.task.InvalidItemException;
import io.taskstream.testing.FakeInput;
import io.taskstream.testing.Samples;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;

class LinePublisherTest extends LineFixture {

    @Test
    void eachLineIsInTheLogWhenItHasArrivedThoughTheRequestGoesOn() throws IOException {
        begin(null);
        in.arrive("1\n");
        assertThat(events()).containsExactly("1");
        in.arrive("2\n3");
        assertThat(events()).containsExactly("1", "2");
        in.arrive("4\n");
        assertThat(events()).containsExactly("1", "2", "34");
        assertThat(outcomes).isEmpty();
    }

    @Test
    void theBodysEndIsTheOutcome() throws IOException {
        begin(null);
        in.arrive("1\n2\n3");
        end();
        assertThat(events()).containsExactly("1", "2", "3");
        LinePublisher.Outcome outcome = outcome();
        assertThat(outcome.count()).isEqualTo(3);
        assertThat(outcome.bytes()).isEqualTo(5);
        assertThat(outcome.last()).hasToString("00000000-3");
        assertThat(outcome.failure()).isNull();
    }

    @Test
    void aLineThatIsWrongIsNamedByItsNumberInTheBody() throws IOException {
        begin(null);
        in.arrive("1\n\n{\n");
        executor.runAll();
        assertThat(outcome().count()).isEqualTo(1);
        assertThat(outcome().failure())
                .isInstanceOf(InvalidItemException.class)
                .hasMessageStartingWith("Line 3: ")
                .hasMessageNotContaining("line no");
    }

    @Test
    void aByteOrderMarkBeforeTheFirstLineIsNoError() throws IOException {
        begin(null);
        in.arrive("\ufeff1\n");
        end();
        assertThat(events()).containsExactly("1");
    }

    @Test
    void linesAreDecodedFromTheirCharset() throws IOException {
        charset = StandardCharsets.ISO_8859_1;
        begin(null);
        in.arrive("\"\u00e4\"\n".getBytes(StandardCharsets.ISO_8859_1));
        end();
        assertThat(events()).containsExactly("\"\u00e4\"");
    }

    @Test
    void theBytesOfBlankLinesCountToTheEventBehindThem() throws IOException {
        begin(null);
        in.arrive("\ufeff\n \r\n1\n\n2");
        in.breakOff(new IOException("Reset by peer"));
        executor.runAll();
        assertThat(events()).containsExactly("1");
        assertThat(outcome().bytes()).isEqualTo(9);
    }

    @Test
    void anEmptyBodyPublishesNothing() throws IOException {
        begin(null);
        end();
        assertThat(outcome().count()).isZero();
        assertThat(outcome().last()).isNull();
        assertThat(outcome().failure()).isNull();
    }

    @Test
    void whatIsStillToBeReadWhenTheEndIsAnnouncedIsPublished() throws IOException {
        begin(null);
        in.arriveUnnoticed("1\n");
        in.arriveUnnoticed("2\n3");
        in.announceEndEarly();
        executor.runAll();
        assertThat(events()).containsExactly("1", "2", "3");
        assertThat(outcome().count()).isEqualTo(3);
    }

    @Test
    void aLargeBodyGivesTheThreadBackBetweenItsShares() throws IOException {
        begin(null);
        for (int i = 0; i < 40; i++) {
            in.arriveUnnoticed(("\"" + "x".repeat(998) + "\"\n").repeat(8));
        }
        in.arrive("1\n");
        assertThat(events()).hasSizeLessThan(200);
        assertThat(executor.waiting()).isEqualTo(1);
        executor.runAll();
        end();
        assertThat(outcome().count()).isEqualTo(321);
    }

    @Test
    void aWrongLineEndsItAndTheLinesBeforeAreKept() throws IOException {
        begin(null);
        in.arrive("1\n2\n{\"type\":\"message_delta\"}\n4\n");
        executor.runAll();
        assertThat(events()).containsExactly("1", "2");
        assertThat(outcome().count()).isEqualTo(2);
        assertThat(outcome().failure()).isInstanceOf(InvalidItemException.class);
    }

    @Test
    void aLineThatIsTooLongEndsItAndTheLinesBeforeAreCounted() throws IOException {
        begin(null);
        in.arrive("1\n\"" + "x".repeat(2_000) + "\"\n");
        executor.runAll();
        assertThat(outcome().count()).isEqualTo(1);
        assertThat(outcome().failure()).isInstanceOf(ProblemException.class);
    }

    @Test
    void aProducerThatBreaksOffLosesNothingItSentInWholeLines() throws IOException {
        begin(null);
        in.arrive("1\n2");
        in.breakOff(new IOException("Reset by peer"));
        executor.runAll();
        assertThat(events()).containsExactly("1");
        assertThat(outcome().bytes()).isEqualTo(2);
        assertThat(outcome().failure()).isInstanceOf(ProblemException.class).hasMessage("The body broke off");
    }

    @Test
    void aReadThatFailsEndsIt() throws IOException {
        begin(null);
        in.arrive("1\n");
        in.failWith(new IOException("Reset by peer"));
        in.arrive("2\n");
        executor.runAll();
        assertThat(events()).containsExactly("1");
        assertThat(outcome().failure()).isInstanceOf(ProblemException.class).hasMessage("The body broke off");
    }

    @Test
    void whatStandsBehindTheTerminalEventIsRefusedAtOnce() throws IOException {
        begin(null);
        in.arrive("1\n" + DONE + "\n2\n");
        executor.runAll();
        assertThat(events()).containsExactly("1", DONE);
        assertThat(outcome().count()).isEqualTo(2);
        assertThat(outcome().failure()).hasCauseInstanceOf(EventLogException.TaskFinished.class);
    }

    @Test
    void aBodyThatEndsWithTheTerminalEventIsRight() throws IOException {
        begin(null);
        in.arrive("1\n" + DONE + "\n\n");
        end();
        assertThat(outcome().count()).isEqualTo(2);
        assertThat(outcome().failure()).isNull();
    }

    @Test
    void theLastEventIsExpectedOfTheFirstBatchOnly() throws IOException {
        memory.append(TASK, Samples.batch("0"));
        begin(new EventId("00000000", 1));
        in.arrive("1\n");
        memory.append(TASK, Samples.batch("\"of another\""));
        in.arrive("2\n");
        end();
        assertThat(outcome().count()).isEqualTo(2);
        assertThat(outcome().failure()).isNull();
    }

    @Test
    void anotherLastEventRefusesTheBody() throws IOException {
        memory.append(TASK, Samples.batch("0"));
        begin(new EventId("00000000", 0));
        in.arrive("1\n2\n");
        executor.runAll();
        assertThat(events()).containsExactly("0");
        assertThat(outcome().failure())
                .isInstanceOf(CompletionException.class)
                .hasCauseInstanceOf(EventLogException.UnexpectedLast.class);
    }

    @Test
    void anotherLastEventRefusesABodyWithoutAnEvent() throws IOException {
        memory.append(TASK, Samples.batch("0"));
        for (LineFormat each : LineFormat.values()) {
            format = each;
            outcomes.clear();
            var body = new FakeInput();
            begin(body, new EventId("00000000", 0));
            // A blank line of text would be an event.
            body.arrive(each == LineFormat.NDJSON ? "\n \r\n" : "");
            body.end();
            executor.runAll();
            assertThat(outcome().failure()).isInstanceOf(EventLogException.UnexpectedLast.class);
        }
        assertThat(events()).containsExactly("0");
    }

    @Test
    void theExpectedLastEventAllowsABodyWithoutAnEvent() throws IOException {
        memory.append(TASK, Samples.batch("0"));
        begin(new EventId("00000000", 1));
        in.arrive("\n");
        end();
        assertThat(outcome().count()).isZero();
        assertThat(outcome().failure()).isNull();
    }

    @Test
    void aTaskThatIsDeletedMeanwhileHasNoExpectedLastEvent() throws IOException {
        begin(new EventId("00000000", 0));
        memory.delete(TASK);
        end();
        assertThat(outcome().failure()).isInstanceOf(EventLogException.NoSuchTask.class);
    }

    @Test
    void theNextLinesAreReadWhenTheOnesBeforeAreKept() throws IOException {
        log.slow();
        begin(null);
        in.arrive("1\n");
        in.arrive("2\n");
        in.arrive("3\n");
        assertThat(log.waiting()).isEqualTo(1);
        log.finishOne();
        assertThat(events()).containsExactly("1");
        executor.runAll();
        log.finishOne();
        executor.runAll();
        while (log.waiting() > 0) {
            log.finishOne();
            executor.runAll();
        }
        end();
        assertThat(events()).containsExactly("1", "2", "3");
        assertThat(outcome().count()).isEqualTo(3);
    }

    @Test
    void whatComesAfterTheSessionHasEndedIsNotPublished() throws IOException {
        begin(null);
        in.arrive("1\n");
        sessions.end("session");
        in.arrive("2\n");
        executor.runAll();
        assertThat(events()).containsExactly("1");
        assertThat(outcome().count()).isEqualTo(1);
        assertThat(outcome().failure()).isInstanceOf(RefusedException.class);
    }

    @Test
    void whatComesAfterTheTokenHasExpiredIsNotPublished() throws IOException {
        begin(null);
        time.advance(Duration.ofSeconds(60));
        in.arrive("1\n");
        executor.runAll();
        assertThat(events()).isEmpty();
        assertThat(outcome().failure()).isInstanceOf(RefusedException.class);
    }

    @Test
    void whoPublishesTooFastIsReadAgainOnlyLater() throws IOException {
        perSecond = 1;
        begin(null);
        in.arrive("1\n2\n");
        in.arrive("3\n");
        executor.runAll();
        assertThat(events()).containsExactly("1");
        waitFor(Duration.ofSeconds(1));
        assertThat(events()).containsExactly("1", "2");
        waitFor(Duration.ofSeconds(1));
        assertThat(events()).containsExactly("1", "2", "3");
    }

    @Test
    void aNewRequestWaitsForWhatOthersHavePublished() throws IOException {
        perSecond = 1;
        begin(null);
        assertThat(rates.spend(TASK, ann, 2)).isPositive();
        in.arrive("1\n");
        executor.runAll();
        assertThat(events()).isEmpty();
        waitFor(Duration.ofSeconds(2));
        assertThat(events()).containsExactly("1");
    }

    @Test
    void anOpenRequestWaitsForWhatOthersHavePublishedSince() throws IOException {
        perSecond = 2;
        begin(null);
        in.arrive("1\n");
        assertThat(rates.spend(TASK, ann, 2)).isPositive();
        in.arrive("2\n");
        executor.runAll();
        assertThat(events()).containsExactly("1");
        waitFor(Duration.ofSeconds(2));
        assertThat(events()).containsExactly("1", "2");
    }

    @Test
    void whatIsBeingKeptCountsAlready() throws IOException {
        perSecond = 1;
        log.slow();
        begin(null);
        in.arrive("1\n2\n");
        assertThat(log.waiting()).isEqualTo(1);
        assertThat(rates.spend(TASK, ann, 0)).isPositive();
    }
}
