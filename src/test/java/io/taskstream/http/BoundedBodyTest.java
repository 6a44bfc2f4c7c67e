package io.taskstream.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import io.taskstream.testing.FakeAsyncResponse;
import io.taskstream.testing.FakeInput;
import io.taskstream.testing.ManualExecutor;
import io.taskstream.testing.ManualScheduler;
import io.taskstream.testing.ManualTicker;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class BoundedBodyTest {

    private static final Duration SECOND = Duration.ofSeconds(1);

    private final ManualExecutor executor = new ManualExecutor();
    private final ManualScheduler scheduler = new ManualScheduler();
    private final ManualTicker ticker = new ManualTicker();
    private final BoundedBody body = new BoundedBody(executor, scheduler, ticker, 10);
    private final FakeInput in = new FakeInput();
    private final FakeAsyncResponse response = new FakeAsyncResponse();
    private final List<String> used = new ArrayList<>();

    @Test
    void aBodyThatComesInPiecesIsHandedOnWhole() throws IOException {
        body.await(in, response, used::add);
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
        body.await(in, response, used::add);
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
        body.await(in, response, used::add);
        in.arrive("12");
        in.end();
        executor.runAll();
        pass(BoundedBody.PATIENCE);
        assertThat(used).containsExactly("12");
        assertThat(response.answer()).isNull();
    }

    @Test
    void aBodyThatIsTooLongIsAnswered() throws IOException {
        body.await(in, response, used::add);
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
        body.await(in, response, text -> {
            throw error;
        });
        in.arrive("1");
        in.end();
        executor.runAll();
        assertThat(response.answer()).isSameAs(error);
    }

    @Test
    void aBodyThatBreaksOffCancels() {
        body.await(in, response, used::add);
        in.breakOff(new IOException("Reset by peer"));
        executor.runAll();
        assertThat(response.isCancelled()).isTrue();
        assertThat(used).isEmpty();
    }

    @Test
    void nothingIsSweptWhenItIsClosed() {
        body.close();
        assertThat(scheduler.scheduled()).isZero();
    }

    private void pass(Duration time) {
        ticker.advance(time);
        scheduler.tick();
        executor.runAll();
    }
}
