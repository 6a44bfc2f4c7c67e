package io.taskstream.http.resource;

import static io.taskstream.testing.Samples.NOON;
import static io.taskstream.testing.Samples.READER;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taskstream.access.Grant;
import io.taskstream.access.Permissions;
import io.taskstream.access.Sessions;
import io.taskstream.access.limit.ByteBudget;
import io.taskstream.access.limit.EventRates;
import io.taskstream.eventlog.EventLogException;
import io.taskstream.eventlog.Publishers;
import io.taskstream.eventlog.memory.MemoryBounds;
import io.taskstream.eventlog.memory.MemoryEventLog;
import io.taskstream.http.Caller;
import io.taskstream.http.Limits;
import io.taskstream.http.ProblemException;
import io.taskstream.http.body.BoundedBody;
import io.taskstream.http.body.LinePublisher;
import io.taskstream.http.body.OpenUploads;
import io.taskstream.http.body.PeriodicChecks;
import io.taskstream.task.TaskId;
import io.taskstream.testing.FakeAsyncResponse;
import io.taskstream.testing.FakeInput;
import io.taskstream.testing.FakeRequest;
import io.taskstream.testing.ManualExecutor;
import io.taskstream.testing.ManualScheduler;
import io.taskstream.testing.ManualTicker;
import io.taskstream.testing.Samples;
import io.taskstream.testing.SettableTime;
import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class EventsResourceTest {

    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final TaskId TASK = new TaskId("t");
    private static final Caller ANN = new Caller(new Grant("ann", "a", Permissions.ALL, Instant.MAX), "192.0.2.1");

    private final MemoryEventLog log =
            new MemoryEventLog(new MemoryBounds(100, 1 << 20, 10), InstantSource.fixed(NOON), () -> 0L);
    private final SettableTime time = new SettableTime();
    private final ManualScheduler scheduler = new ManualScheduler();
    private final ManualExecutor executor = new ManualExecutor();
    private final ByteBudget budget = new ByteBudget(1 << 20, 0);
    private final Publishers publishers = new Publishers();

    /** An exception that WildFly throws, for example, when the connection is closed while the listener is set. */
    @Test
    void aPublisherThatCantBeListenedToIsCountedNoLonger() throws IOException {
        log.create(Samples.task(TASK.value()));
        var request = FakeRequest.with(new DeafInput(listener -> {}), -1);
        var response = new FakeAsyncResponse();
        resource().publish(TASK, "text/plain", null, null, null, request, ANN, response);
        executor.runAll();
        assertThat(response.answer()).isInstanceOf(Response.class);
        assertThat(publishers.count()).isZero();
        assertThat(budget.held()).isZero();
    }

    @Test
    void aPublisherThatEndsWhileItCantBeListenedToIsCountedOnce() throws IOException {
        log.create(Samples.task(TASK.value()));
        var request = FakeRequest.with(new DeafInput(listener -> listener.onError(new IOException("Reset"))), -1);
        resource().publish(TASK, "text/plain", null, null, null, request, ANN, new FakeAsyncResponse());
        executor.runAll();
        assertThat(publishers.count()).isZero();
    }

    @Test
    void aSilentPublisherIsAnsweredWhenAllAreEnded() throws IOException {
        log.create(Samples.task(TASK.value()));
        var response = new FakeAsyncResponse();
        var in = new FakeInput();
        resource().publish(TASK, "text/plain", null, null, null, FakeRequest.with(in, -1), ANN, response);
        in.arrive("a\nb");
        assertThat(publishers.count()).isEqualTo(1);
        publishers.endAll(new EventLogException.Unavailable("This server is going to stop", null));
        executor.runAll();
        assertThat(response.answer()).isInstanceOfSatisfying(Response.class, answer -> {
            assertThat(answer.getStatus()).isEqualTo(503);
            assertThat(answer.getHeaderString("Retry-After")).isNotNull();
            assertThat(answer.getHeaderString("Connection")).isEqualTo("close");
            assertThat(new String((byte[]) answer.getEntity(), StandardCharsets.UTF_8))
                    .contains("\"count\":2,");
        });
        assertThat(publishers.count()).isZero();
        assertThat(budget.held()).isZero();
    }

    @Test
    void aProblemIsAnsweredThoughTheExecutorRefuses() throws IOException {
        log.create(Samples.task(TASK.value()));
        var response = new FakeAsyncResponse();
        executor.refuseNext();
        String another = "\"00000000-7\"";
        resource().publish(TASK, "application/json", another, null, null, FakeRequest.with("1"), ANN, response);
        assertThat(response.answer()).isInstanceOf(Throwable.class);
    }

    @Test
    void linesTakeNoIdempotencyKey() {
        log.create(Samples.task(TASK.value()));
        var request = FakeRequest.with(new DeafInput(listener -> {}), -1);
        assertThatThrownBy(() -> resource()
                        .publish(TASK, "text/plain", null, "key", null, request, ANN, new FakeAsyncResponse()))
                .isInstanceOf(ProblemException.class)
                .hasMessageContaining("Idempotency-Key is for application/json only");
    }

    private EventsResource resource() {
        var checks = new PeriodicChecks(scheduler, new ManualTicker());
        var limits = new Limits(1_000, 1 << 20, MINUTE, MINUTE, MINUTE, MINUTE, MINUTE);
        var context = new LinePublisher.Context(log, READER, executor, scheduler, limits, checks, publishers);
        var rates = new EventRates(0, 0, time::nanos);
        var sessions = new Sessions(Duration.ofDays(1), time, entry -> false);
        var requests =
                new LineRequests(context, budget, publishers, new OpenUploads(log, checks), sessions, rates, time);
        return new EventsResource(
                context, new BoundedBody(executor, checks, budget, publishers, 1_000), requests, rates);
    }

    /** Input that accepts no listener. */
    private static final class DeafInput extends ServletInputStream {

        private final Consumer<ReadListener> before;

        DeafInput(Consumer<ReadListener> before) {
            this.before = before;
        }

        @Override
        public void setReadListener(ReadListener listener) {
            before.accept(listener);
            throw new IllegalStateException("The connection is closed");
        }

        @Override
        public boolean isReady() {
            return false;
        }

        @Override
        public boolean isFinished() {
            return false;
        }

        @Override
        public int read() {
            return -1;
        }
    }
}
