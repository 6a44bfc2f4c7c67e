package io.taskstream.http;

import io.taskstream.access.LimitException;
import io.taskstream.access.RefusedException;
import io.taskstream.access.limit.BatchTooLargeException;
import io.taskstream.eventlog.EventLogException;
import io.taskstream.task.InvalidItemException;
import io.taskstream.task.InvalidTaskException;
import jakarta.json.Json;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.ext.ExceptionMapper;
import jakarta.ws.rs.ext.Provider;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.concurrent.CompletionException;

/** Makes every failure a {@link Problem}. What we did not foresee is logged, and the client learns no more than that. */
@Provider
public class ProblemMapper implements ExceptionMapper<Throwable> {

    private static final Logger LOG = System.getLogger(ProblemMapper.class.getName());

    @Override
    public Response toResponse(Throwable failure) {
        if (failure instanceof WebApplicationException answer) {
            return answer(answer);
        }
        if (failure instanceof LimitException limit) {
            return Response.fromResponse(problem(limit).response())
                    .header(HttpHeaders.RETRY_AFTER, limit.retrySeconds())
                    .build();
        }
        return problem(failure).response();
    }

    private static Response answer(WebApplicationException failure) {
        Response answer = failure.getResponse();
        int status = answer.getStatus();
        if (status < 400 || Problem.is(answer)) {
            return answer;
        }
        Response problem = Problem.of(status, detail(status)).response();
        // What JAX-RS says besides, such as Allow with 405, is kept.
        Response.ResponseBuilder builder = Response.fromResponse(problem);
        answer.getStringHeaders().forEach((name, values) -> {
            if (!name.regionMatches(true, 0, "Content-", 0, 8)) {
                values.forEach(value -> builder.header(name, value));
            }
        });
        return builder.build();
    }

    private static String detail(int status) {
        return switch (status) {
            case 404 -> "There is nothing at this path";
            case 405 -> "This path does not know that method";
            case 406 -> "None of the accepted media types can be answered here";
            case 415 -> "This Content-Type is not taken here";
            default -> "The request can't be answered";
        };
    }

    /** The problem that a failure of the engine or of a check is to a client. */
    static Problem problem(Throwable failure) {
        if (failure instanceof CompletionException && failure.getCause() != null) {
            return problem(failure.getCause());
        }
        if (failure instanceof EventLogException refusal) {
            return problem(refusal);
        }
        if (failure instanceof InvalidItemException.TooManyElements) {
            return Problem.of(413, messageOf(failure));
        }
        if (failure instanceof InvalidItemException) {
            return Problem.of(400, messageOf(failure));
        }
        if (failure instanceof InvalidTaskException invalid) {
            return Problem.of(400, messageOf(failure)).with("member", Json.createValue(invalid.member()));
        }
        if (failure instanceof LimitException limit) {
            return Problem.of(limit.isOfServer() ? 503 : 429, messageOf(limit));
        }
        if (failure instanceof RefusedException) {
            return Problem.of(401, messageOf(failure));
        }
        if (failure instanceof BatchTooLargeException) {
            return Problem.of(413, messageOf(failure));
        }
        if (failure instanceof LineSplitter.LineTooLongException) {
            return Problem.of(413, messageOf(failure));
        }
        if (failure instanceof LinePublisher.LineUnfinishedException) {
            return Problem.of(408, messageOf(failure));
        }
        if (failure instanceof LinePublisher.BodyBrokeOffException) {
            return Problem.of(400, messageOf(failure));
        }
        LOG.log(Level.ERROR, "A request failed in a way that was not foreseen", failure);
        return Problem.of(500, "The server failed; its log says why");
    }

    private static Problem problem(EventLogException refusal) {
        if (refusal instanceof EventLogException.NoSuchTask) {
            return Problem.of(404, messageOf(refusal));
        }
        if (refusal instanceof EventLogException.TaskFinished) {
            return Problem.of(409, messageOf(refusal));
        }
        if (refusal instanceof EventLogException.KeyReused) {
            return Problem.of(422, messageOf(refusal));
        }
        if (refusal instanceof EventLogException.Unavailable) {
            return Problem.of(503, messageOf(refusal));
        }
        return Problem.of(412, messageOf(refusal));
    }

    private static String messageOf(Throwable failure) {
        String message = failure.getMessage();
        return message == null ? "" : message;
    }
}
