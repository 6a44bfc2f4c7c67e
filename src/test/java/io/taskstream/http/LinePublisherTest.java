package io.taskstream.http;

import static io.taskstream.testing.Samples.DONE;
import static io.taskstream.testing.Samples.NOON;
import static io.taskstream.testing.Samples.READER;
import static org.assertj.core.api.Assertions.assertThat;

import io.taskstream.access.ByteBudget;
import io.taskstream.access.EventRates;
import io.taskstream.access.Grant;
import io.taskstream.access.PublishPermit;
import io.taskstream.access.RefusedException;
import io.taskstream.access.Revocations;
import io.taskstream.access.Rights;
import io.taskstream.access.Sessions;
import io.taskstream.eventlog.EventId;
import io.taskstream.eventlog.EventLogException;
import io.taskstream.eventlog.Publishers;
import io.taskstream.eventlog.memory.MemoryBounds;
import io.taskstream.eventlog.memory.MemoryEventLog;
import io.taskstream.task.InvalidItemException;
import io.taskstream.task.TaskId;
import io.taskstream.testing.FakeInput;
import io.taskstream.testing.ManualExecutor;
import io.taskstream.testing.ManualScheduler;
import io.taskstream.testing.ManualTicker;
import io.taskstream.testing.Samples;
import io.taskstream.testing.SettableTime;
import io.taskstream.testing.SlowLog;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LinePublisherTest {

    private static final TaskId TASK = new TaskId("t");
    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final int ROOM = 1 << 20;
    private static final Duration LINE = Duration.ofSeconds(30);

    private final MemoryEventLog memory =
            new MemoryEventLog(new MemoryBounds(1000, 1 << 20, 10), InstantSource.fixed(NOON), () -> 0L);
    private final SettableTime time = new SettableTime();
    private final ManualScheduler scheduler = new ManualScheduler();
    private final Sessions sessions = new Sessions(new Revocations(Duration.ofDays(1), time, entry -> false));
    private final Grant ann =
            new Grant("ann", "session", Rights.ALL, time.instant().plusSeconds(60));
    private int perSecond;
    private EventRates rates = new EventRates(0, 0, time::nanos);
    private final SlowLog log = new SlowLog(memory);
    private final ManualExecutor executor = new ManualExecutor();
    private final FakeInput in = new FakeInput();
    private final ManualTicker ticker = new ManualTicker();
    private final EverySecond everySecond = new EverySecond(scheduler, ticker);
    private final ByteBudget budget = new ByteBudget(ROOM);
    private final List<LinePublisher.Outcome> outcomes = new ArrayList<>();

    @BeforeEach
    void create() {
        memory.create(Samples.task(TASK.value()));
    }

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
        assertThat(outcome.last()).hasToString("00000000-3");
        assertThat(outcome.failure()).isNull();
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
        assertThat(outcome().failure()).isInstanceOf(LineSplitter.LineTooLongException.class);
    }

    @Test
    void aProducerThatBreaksOffLosesNothingItSentInWholeLines() throws IOException {
        begin(null);
        in.arrive("1\n2");
        in.breakOff(new IOException("Reset by peer"));
        executor.runAll();
        assertThat(events()).containsExactly("1");
        assertThat(outcome().failure()).isInstanceOf(LinePublisher.BodyBrokeOffException.class);
    }

    @Test
    void aReadThatFailsEndsIt() throws IOException {
        begin(null);
        in.arrive("1\n");
        in.failWith(new IOException("Reset by peer"));
        in.arrive("2\n");
        executor.runAll();
        assertThat(events()).containsExactly("1");
        assertThat(outcome().failure()).isInstanceOf(LinePublisher.BodyBrokeOffException.class);
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
        assertThat(outcome().failure()).isInstanceOf(LinePublisher.BodyBrokeOffException.class);
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

    @Test
    void aLineThatDoesNotEndIsCutOff() throws IOException {
        begin(null);
        in.arrive("1\n2");
        pass(LINE.minusSeconds(1));
        in.arrive("3");
        pass(Duration.ofSeconds(2));
        assertThat(events()).containsExactly("1");
        assertThat(outcome().count()).isEqualTo(1);
        assertThat(outcome().failure()).isInstanceOf(LinePublisher.LineUnfinishedException.class);
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
        assertThat(budget.held()).isEqualTo(3);
        log.finishOne();
        assertThat(budget.held()).isZero();
    }

    @Test
    void nothingIsReadUntilThereIsRoomForIt() throws IOException {
        ByteBudget.Share others = budget.share();
        assertThat(others.take(ROOM)).isTrue();
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

    private void pass(Duration duration) {
        for (long second = 0; second < duration.toSeconds(); second++) {
            ticker.advance(Duration.ofSeconds(1));
            scheduler.tick();
            executor.runAll();
        }
    }

    private void waitFor(Duration duration) {
        time.advance(duration);
        scheduler.runDelayed();
        executor.runAll();
    }

    private void begin(@Nullable EventId expectedLast) throws IOException {
        var context = new PublishContext(
                log,
                READER,
                executor,
                scheduler,
                OpenDoor.at(time),
                new Limits(1_000, ROOM, LINE, MINUTE, MINUTE, MINUTE, MINUTE),
                new Publishers(),
                budget,
                everySecond);
        rates = new EventRates(perSecond, 0, time::nanos);
        var permit = new PublishPermit(TASK, ann, sessions, rates, time);
        var publisher = new LinePublisher(in, permit, LineFormat.NDJSON, expectedLast, null, context, outcomes::add);
        in.setReadListener(publisher);
    }

    private void end() throws IOException {
        in.end();
        executor.runAll();
    }

    private LinePublisher.Outcome outcome() {
        assertThat(outcomes).hasSize(1);
        return outcomes.get(0);
    }

    private List<String> events() {
        return memory.history(TASK, 0, 1_000).stream()
                .map(event -> new String(event.data(), StandardCharsets.UTF_8))
                .toList();
    }
}
