package io.taskstream.http.body;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import io.taskstream.access.Grant;
import io.taskstream.access.LimitException;
import io.taskstream.access.Permissions;
import io.taskstream.access.limit.ByteBudget;
import io.taskstream.eventlog.EventLogException;
import io.taskstream.eventlog.Publishers;
import io.taskstream.http.Caller;
import io.taskstream.testing.FakeAsyncResponse;
import io.taskstream.testing.FakeExchange;
import io.taskstream.testing.FakeInput;
import io.taskstream.testing.FakeOutput;
import io.taskstream.testing.FakeRequest;
import io.taskstream.testing.ManualExecutor;
import io.taskstream.testing.ManualScheduler;
import io.taskstream.testing.ManualTicker;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class BoundedBodyTest {

    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final Caller ANN = caller("ann");
    private static final Caller BOB = caller("bob");

    private final ManualExecutor executor = new ManualExecutor();
    private final ManualScheduler scheduler = new ManualScheduler();
    private final ManualTicker ticker = new ManualTicker();
    private final PeriodicChecks checks = new PeriodicChecks(scheduler, ticker);
    private final ByteBudget budget = new ByteBudget(40, 0);
    private final Publishers publishers = new Publishers();
    private final BoundedBody body = new BoundedBody(executor, checks, budget, publishers, 10);
    private final FakeInput in = new FakeInput();
    private final FakeExchange exchange = new FakeExchange(new FakeOutput());
    private final FakeAsyncResponse response = new FakeAsyncResponse();
    private final List<String> used = new ArrayList<>();

    @Test
    void aBodyThatComesInPiecesIsHandedOnWhole() throws IOException {
        await(in, response);
        in.arrive("12");
        in.arrive("34");
        executor.runAll();
        assertThat(used).isEmpty();
        in.end();
        executor.runAll();
        assertThat(used).containsExactly("1234");
    }

    @Test
    void aBodyThatComesTooLateIsAnsweredOnce() throws IOException {
        await(in, response);
        in.arrive("12");
        pass(BoundedBody.PATIENCE.minus(SECOND));
        assertThat(response.answer()).isNull();
        pass(SECOND);
        assertThat(response.answer())
                .asInstanceOf(type(Response.class))
                .extracting(Response::getStatus)
                .isEqualTo(408);
        in.end();
        executor.runAll();
        assertThat(used).isEmpty();
    }

    @Test
    void aBodyThatHasComeIsNotLate() throws IOException {
        await(in, response);
        in.arrive("12");
        in.end();
        executor.runAll();
        pass(BoundedBody.PATIENCE);
        assertThat(used).containsExactly("12");
        assertThat(response.answer()).isNull();
    }

    @Test
    void aBodyThatIsTooLongIsAnswered() throws IOException {
        await(in, response);
        in.arrive("12345678901");
        executor.runAll();
        assertThat(response.answer())
                .asInstanceOf(type(WebApplicationException.class))
                .extracting(problem -> problem.getResponse().getStatus())
                .isEqualTo(413);
    }

    @Test
    void whatIsThrownIsTheAnswerEvenAnError() throws IOException {
        var error = new StackOverflowError();
        body.await(in, -1, ANN, exchange, response, (text, held) -> {
            throw error;
        });
        in.arrive("1");
        in.end();
        executor.runAll();
        assertThat(response.answer()).isSameAs(error);
    }

    @Test
    void aBodyThatBreaksOffCancels() {
        await(in, response);
        in.breakOff(new IOException("Reset by peer"));
        executor.runAll();
        assertThat(response.isCancelled()).isTrue();
        assertThat(used).isEmpty();
    }

    @Test
    void whatIsBeingKeptCountsUntilItIs() throws IOException {
        var kept = new CompletableFuture<Void>();
        body.await(in, -1, ANN, exchange, response, (text, held) -> kept);
        in.arrive("12");
        in.end();
        executor.runAll();
        assertThat(budget.held()).isEqualTo(8);
        kept.complete(null);
        assertThat(budget.held()).isZero();
    }

    @Test
    void whatABodyBecomesCountsUntilItIsKept() throws IOException {
        var kept = new CompletableFuture<Void>();
        body.await(in, -1, ANN, exchange, response, (text, held) -> {
            held.accept(20);
            return kept;
        });
        in.arrive("12");
        in.end();
        executor.runAll();
        assertThat(budget.held()).isEqualTo(20);
        kept.complete(null);
        assertThat(budget.held()).isZero();
    }

    @Test
    void whatABodyThatCameWithItsHeadBecomesCountsAndIsRefusedWhereThereIsNoRoom() {
        var kept = new CompletableFuture<Void>();
        body.readAndHold(FakeRequest.with("12"), ANN, response, (text, held) -> {
            held.accept(20);
            return kept;
        });
        assertThat(budget.held()).isEqualTo(20);
        assertThatExceptionOfType(LimitException.class)
                .isThrownBy(() -> body.readAndHold(FakeRequest.with("12"), BOB, response, (text, held) -> {
                    held.accept(20);
                    return kept;
                }));
        kept.complete(null);
        assertThat(budget.held()).isZero();
    }

    @Test
    void whoFindsNoRoomIsToldToComeAgainAndHoldsNothingButOthersFindSome() throws IOException {
        var other = new FakeInput();
        await(new FakeInput(), new FakeAsyncResponse(), "1");
        await(in, response, "1");
        body.await(
                other,
                -1,
                BOB,
                exchange,
                new FakeAsyncResponse(),
                (text, held) -> CompletableFuture.completedStage(null));
        other.arrive("1");
        executor.runAll();
        assertThat(response.answer())
                .isInstanceOfSatisfying(
                        LimitException.class,
                        limit -> assertThat(limit.isOfServer()).isTrue());
        assertThat(budget.held()).isEqualTo(22);
    }

    @Test
    void whoFindsNoRoomForABodyThatIsTooLongIsToldThat() throws IOException {
        await(new FakeInput(), new FakeAsyncResponse(), "1");
        body.await(in, 11, ANN, exchange, response, (text, held) -> CompletableFuture.completedStage(null));
        in.arrive("1");
        executor.runAll();
        assertThat(response.answer())
                .asInstanceOf(type(WebApplicationException.class))
                .extracting(problem -> problem.getResponse().getStatus())
                .isEqualTo(413);
    }

    @Test
    void aBodyThatIsStillArrivingWhenAllAreEndedIsAnswered() throws IOException {
        await(in, response);
        in.arrive("12");
        assertThat(publishers.count()).isEqualTo(1);
        publishers.endAll(new EventLogException.Unavailable("This server is going to stop", null));
        executor.runAll();
        assertThat(response.answer()).isInstanceOfSatisfying(Response.class, answer -> {
            assertThat(answer.getStatus()).isEqualTo(503);
            assertThat(answer.getHeaderString("Retry-After")).isNotNull();
            assertThat(answer.getHeaderString("Connection")).isEqualTo("close");
        });
        in.end();
        executor.runAll();
        assertThat(used).isEmpty();
        assertThat(publishers.count()).isZero();
        assertThat(budget.held()).isZero();
    }

    @Test
    void aBodyIsNoLongerCountedWhenItHasArrived() throws IOException {
        await(in, response);
        in.end();
        executor.runAll();
        assertThat(publishers.count()).isZero();
    }

    @Test
    void anExecutorThatRefusesLosesNoBody() throws IOException {
        await(in, response);
        in.arrive("12");
        executor.refuseNext();
        in.end();
        assertThat(used).containsExactly("12");
        assertThat(budget.held()).isZero();
    }

    @Test
    void anExecutorThatRefusesLosesNoAnswer() throws IOException {
        await(in, response);
        in.arrive("12");
        executor.refuseNext();
        ticker.advance(BoundedBody.PATIENCE);
        scheduler.tick();
        assertThat(response.answer())
                .asInstanceOf(type(Response.class))
                .extracting(Response::getStatus)
                .isEqualTo(408);
        assertThat(budget.held()).isZero();
    }

    @Test
    void nothingIsHeldHoweverItEnds() throws IOException {
        var late = new FakeInput();
        await(late, new FakeAsyncResponse(), "1");
        pass(BoundedBody.PATIENCE);
        late.arrive("2");
        var brokenOff = new FakeInput();
        await(brokenOff, new FakeAsyncResponse(), "1");
        brokenOff.breakOff(new IOException("Reset by peer"));
        await(new FakeInput(), new FakeAsyncResponse(), "12345678901");
        body.await(in, -1, ANN, exchange, response, (text, held) -> {
            throw new IllegalStateException("Not taken");
        });
        in.arrive("1");
        in.end();
        executor.runAll();
        assertThat(budget.held()).isZero();
    }

    private void await(FakeInput input, FakeAsyncResponse answer, String begin) throws IOException {
        await(input, answer);
        input.arrive(begin);
    }

    private void await(FakeInput input, FakeAsyncResponse answer) {
        body.await(input, -1, ANN, exchange, answer, (text, held) -> {
            used.add(text);
            return CompletableFuture.completedStage(null);
        });
    }

    private static Caller caller(String subject) {
        return new Caller(new Grant(subject, "", Permissions.ALL, Instant.MAX), "192.0.2.1");
    }

    private void pass(Duration time) {
        ticker.advance(time);
        scheduler.tick();
        executor.runAll();
    }
}
