package io.taskstream.http.filter;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskstream.access.Audit;
import io.taskstream.access.Audited;
import io.taskstream.access.Grant;
import io.taskstream.access.Permissions;
import io.taskstream.http.Caller;
import io.taskstream.http.Problem;
import io.taskstream.http.resource.OperationsResource;
import io.taskstream.http.resource.SessionsResource;
import io.taskstream.http.resource.TasksResource;
import io.taskstream.task.TaskId;
import io.taskstream.testing.FakeContainerRequest;
import io.taskstream.testing.SettableTime;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.SecurityContext;
import java.io.StringReader;
import java.lang.reflect.Method;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AuditFilterTest {

    private final List<String> lines = new ArrayList<>();
    private final SettableTime time = new SettableTime();
    private final AuditFilter filter = new AuditFilter(new Audit(lines::add, time::nanos));
    private final FakeContainerRequest request = new FakeContainerRequest("POST", "tasks/t/cancel");

    AuditFilterTest() {
        request.context()
                .setSecurityContext(new Caller(new Grant("ann", "jti-1", Permissions.NONE, Instant.MAX), "192.0.2.1"));
    }

    @ParameterizedTest
    @ValueSource(ints = {401, 403, 408, 413, 414, 429, 431, 503, 507})
    void whoIsRefusedIsNotedWithWhatTheyWereTold(int status) {
        answer(Problem.of(status, "Too much").response());

        JsonObject line = line();
        assertThat(line.getString("audit")).isEqualTo("refused");
        assertThat(line.getString("status")).isEqualTo(Integer.toString(status));
        assertThat(line.getString("reason")).isEqualTo("Too much");
        assertThat(line.getString("path")).isEqualTo("tasks/t/cancel");
        assertThat(line.getString("subject")).isEqualTo("ann");
        assertThat(line.getString("address")).isEqualTo("192.0.2.1");
    }

    @Test
    void whatWasWrongWithATokenIsNotedThoughTheClientIsNotTold() {
        Response refusal = AuthenticationFilter.challenge(request.context(), "The token has expired", true);
        answer(refusal);

        assertThat(line().getString("reason")).isEqualTo("The token has expired");
        assertThat(Problem.detailIn(refusal.getEntity())).doesNotContain("expired");
    }

    @Test
    void mistakesAreNoRefusals() {
        Stream.of(400, 404, 405, 409, 412, 415, 500)
                .forEach(status -> answer(Problem.of(status, "Wrong").response()));
        answer(Response.status(503).type("application/json").entity("down").build());

        assertThat(lines).isEmpty();
    }

    @Test
    void anActIsNotedWhenItIsDone() throws Exception {
        AuditFilter.setAct(request.context(), cancel());
        answer(Response.accepted().build());

        assertThat(line().getString("audit")).isEqualTo("task cancelled");
        assertThat(line().getString("session")).isEqualTo("jti-1");
    }

    @Test
    void anActThatFailsIsNone() throws Exception {
        AuditFilter.setAct(request.context(), cancel());
        answer(Problem.of(404, "There is no task t").response());

        assertThat(lines).isEmpty();
    }

    @Test
    void everythingThatTakesSomethingAwayOrGivesAccessIsAnAct() {
        assertThat(Stream.of(TasksResource.class, SessionsResource.class, OperationsResource.class)
                        .flatMap(type -> Arrays.stream(type.getDeclaredMethods()))
                        .filter(method -> method.isAnnotationPresent(Audited.class))
                        .map(Method::getName))
                .containsExactlyInAnyOrder("cancel", "delete", "open", "close", "end", "give", "drain");
    }

    @Test
    void whoIsRefusedAgainAndAgainFillsNoDisk() {
        for (int i = 0; i < 1_000; i++) {
            answer(Problem.of(429, "Too much").response());
        }
        assertThat(lines).hasSize(100);
        time.advance(Duration.ofSeconds(1));
        answer(Problem.of(429, "Too much").response());
        assertThat(line().getString("unlogged")).isEqualTo("900");
        answer(Problem.of(429, "Too much").response());
        assertThat(line()).doesNotContainKey("unlogged");
    }

    private static Method cancel() throws NoSuchMethodException {
        return TasksResource.class.getMethod("cancel", TaskId.class, SecurityContext.class);
    }

    private void answer(Response response) {
        filter.filter(request.context(), FakeContainerRequest.answered(response));
    }

    private JsonObject line() {
        return Json.createReader(new StringReader(lines.get(lines.size() - 1))).readObject();
    }
}
