package io.taskstream.http.body;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskstream.eventlog.EventLogException;
import io.taskstream.http.ProblemException;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Requests that are ended early, or for which the executor has no thread. */
class LinePublisherEndTest extends LineFixture {

    @Test
    void anExecutorThatRefusesLosesNoOutcome() throws IOException {
        begin(null);
        in.arrive("1\n");
        executor.refuseNext();
        in.end();
        assertThat(outcome().count()).isEqualTo(1);
        assertThat(outcome().failure()).isNull();
    }

    @Test
    void anExecutorThatRefusesStopsNoReading() throws IOException {
        log.slow();
        begin(null);
        in.arrive("1\n");
        in.arriveUnnoticed("2\n");
        executor.refuseNext();
        log.finishOne();
        assertThat(log.waiting()).isEqualTo(1);
        log.finishOne();
        executor.runAll();
        assertThat(events()).containsExactly("1", "2");
    }

    @Test
    void anExecutorThatRefusesDuringATurnStopsNoReading() throws IOException {
        begin(null);
        for (int i = 0; i < 40; i++) {
            in.arriveUnnoticed(("\"" + "x".repeat(998) + "\"\n").repeat(8));
        }
        executor.refuseNext();
        in.arrive("1\n");
        executor.runAll();
        assertThat(events()).hasSize(321);
    }

    @Test
    void aSilentRequestThatIsEndedPublishesWhatHasArrived() throws IOException {
        format = LineFormat.TEXT;
        begin(null);
        in.arrive("a\nb");
        var reason = new EventLogException.Unavailable("This server is going to stop", null);
        end(reason);
        executor.runAll();
        assertThat(deltas()).containsExactly("a\n", "b");
        assertThat(outcome().count()).isEqualTo(2);
        assertThat(outcome().bytes()).isEqualTo(3);
        assertThat(outcome().failure()).isSameAs(reason);
        assertThat(budget.held()).isZero();
    }

    @Test
    void aRequestThatIsEndedDoesNotWaitForItsRate() throws IOException {
        perSecond = 1;
        begin(null);
        in.arrive("1\n2\n");
        in.arrive("3\n");
        executor.runAll();
        assertThat(events()).containsExactly("1");
        var reason = new EventLogException.Unavailable("This server is going to stop", null);
        end(reason);
        executor.runAll();
        assertThat(outcome().failure()).isSameAs(reason);
        assertThat(outcome().count()).isEqualTo(events().size());
        waitFor(Duration.ofSeconds(1));
        assertThat(outcomes).hasSize(1);
    }

    @Test
    void aRequestThatIsEndedBehindItsBodyIsAnsweredAsIfItWasNot() throws IOException {
        log.slow();
        begin(null);
        in.arrive("1\n");
        in.end();
        end(new EventLogException.Unavailable("This server is going to stop", null));
        log.finishOne();
        executor.runAll();
        assertThat(events()).containsExactly("1");
        assertThat(outcome().count()).isEqualTo(1);
    }

    @Test
    void anEndThatComesDuringAnAppendWaitsForIt() throws IOException {
        log.slow();
        begin(null);
        in.arrive("1\n");
        in.end();
        executor.runAll();
        assertThat(outcomes).isEmpty();
        log.finishOne();
        executor.runAll();
        assertThat(outcome().count()).isEqualTo(1);
    }

    @Test
    void anErrorThatComesDuringAnAppendCountsWhatIsKept() throws IOException {
        log.slow();
        begin(null);
        in.arrive("1\n");
        in.breakOff(new IOException("Reset by peer"));
        log.finishOne();
        executor.runAll();
        assertThat(outcome().count()).isEqualTo(1);
        assertThat(outcome().failure()).isInstanceOf(ProblemException.class).hasMessage("The body broke off");
    }
}
