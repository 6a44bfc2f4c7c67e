package io.taskstream.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskstream.access.LimitException;
import io.taskstream.access.RefusedException;
import io.taskstream.eventlog.EventId;
import io.taskstream.eventlog.EventLogException;
import io.taskstream.task.InvalidItemException;
import io.taskstream.task.InvalidTaskException;
import io.taskstream.task.TaskId;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import jakarta.ws.rs.NotAllowedException;
import jakarta.ws.rs.NotFoundException;
import jakarta.ws.rs.NotSupportedException;
import jakarta.ws.rs.RedirectionException;
import jakarta.ws.rs.ServiceUnavailableException;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.Response;
import java.io.ByteArrayInputStream;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;

class ProblemTest {

    private final ProblemMapper mapper = new ProblemMapper();

    @Test
    void isAnObjectOfRfc9457() {
        Response response = Problem.of(404, "There is no task x").response();
        assertThat(response.getStatus()).isEqualTo(404);
        assertThat(response.getHeaderString("Content-Type")).isEqualTo("application/problem+json");
        assertThat(body(response))
                .isEqualTo(Json.createObjectBuilder()
                        .add("type", "about:blank")
                        .add("title", "Not Found")
                        .add("status", 404)
                        .add("detail", "There is no task x")
                        .build());
    }

    @Test
    void hasATitleThoughJaxRsKnowsNone() {
        assertThat(Problem.of(499, "d").title()).isEqualTo("HTTP status 499");
    }

    @Test
    void saysHowToShowATokenWhereverItWasFoundToHaveEnded() {
        Response response = mapper.toResponse(new RefusedException("The token expired while publishing"));
        assertThat(response.getStatus()).isEqualTo(401);
        assertThat(response.getHeaderString("WWW-Authenticate")).isEqualTo("Bearer error=\"invalid_token\"");
    }

    @Test
    void aLimitOfTheServerHasOneTimeToWait() {
        Response response = mapper.toResponse(LimitException.ofServer("full", Duration.ofSeconds(7)));
        assertThat(response.getStatus()).isEqualTo(503);
        assertThat(response.getStringHeaders().get("Retry-After")).containsExactly("7");
    }

    @Test
    void aTimeToWaitOfJaxRsReplacesItsOwn() {
        Response response = mapper.toResponse(new ServiceUnavailableException(9L));
        assertThat(response.getStringHeaders().get("Retry-After")).containsExactly("9");
    }

    @Test
    void takesFurtherMembers() {
        Problem problem = Problem.of(400, "d").with("a", Json.createValue(1)).with("b", Json.createValue(2));
        assertThat(problem.more()).hasSize(2);
    }

    @Test
    void eachRefusalOfTheEngineHasItsStatus() {
        var id = new TaskId("t");
        assertThat(status(new EventLogException.NoSuchTask(id))).isEqualTo(404);
        assertThat(status(new EventLogException.TaskFinished(id))).isEqualTo(409);
        assertThat(status(new EventLogException.UnexpectedLast(new EventId("e", 1))))
                .isEqualTo(412);
        assertThat(status(new CompletionException(new EventLogException.NoSuchTask(id))))
                .isEqualTo(404);
    }

    @Test
    void whatAClientDidWrongIs400AndNamed() {
        assertThat(status(new InvalidItemException("m"))).isEqualTo(400);
        Response response = mapper.toResponse(new InvalidTaskException("title", "too long"));
        assertThat(response.getStatus()).isEqualTo(400);
        assertThat(body(response).getString("member")).isEqualTo("title");
    }

    @Test
    void whatWasNotForeseenTellsAClientNothing() {
        Response response = mapper.toResponse(new IllegalStateException("secret"));
        assertThat(response.getStatus()).isEqualTo(500);
        assertThat(body(response).toString()).doesNotContain("secret");
    }

    @Test
    void whatJaxRsSaysBecomesAProblemWithItsHeaderFields() {
        assertThat(status(new NotFoundException())).isEqualTo(404);
        assertThat(status(new NotSupportedException())).isEqualTo(415);
        Response response = mapper.toResponse(new NotAllowedException("GET", new String[] {"PUT"}));
        assertThat(response.getStatus()).isEqualTo(405);
        assertThat(response.getHeaderString("Allow")).contains("GET").contains("PUT");
        assertThat(response.getHeaderString("Content-Type")).isEqualTo("application/problem+json");
    }

    @Test
    void whatIsAProblemAlreadyOrNoErrorStaysAsItIs() {
        Response problem = Problem.of(400, "d").response();
        assertThat(mapper.toResponse(new WebApplicationException(problem)).getEntity())
                .isEqualTo(problem.getEntity());
        assertThat(status(new RedirectionException(303, URI.create("/x")))).isEqualTo(303);
    }

    private int status(Throwable failure) {
        return mapper.toResponse(failure).getStatus();
    }

    private static JsonObject body(Response response) {
        return Json.createReader(new ByteArrayInputStream((byte[]) response.getEntity()))
                .readObject();
    }
}
