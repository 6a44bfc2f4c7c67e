package io.taskstream.http;

import io.taskstream.access.LimitException;
import io.taskstream.access.RefusedException;
import io.taskstream.access.limit.BatchTooLargeException;
import io.taskstream.client.Names;
import io.taskstream.eventlog.EventLogException;
import io.taskstream.eventlog.Upload;
import io.taskstream.task.InvalidItemException;
import io.taskstream.task.InvalidTaskException;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.ext.ExceptionMapper;
import jakarta.ws.rs.ext.Provider;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Map;
import java.util.concurrent.CompletionException;

/** Makes every failure a {@link Problem}. An unforeseen one is logged, and the client learns nothing of its cause. */
@Provider
public class ProblemMapper implements ExceptionMapper<Throwable> {

    private static final Logger LOG = System.getLogger(ProblemMapper.class.getName());

    /** The statuses of the failures whose message is for the client. */
    private static final Map<Class<? extends RuntimeException>, Integer> STATUSES = Map.of(
            InvalidItemException.class, 400,
            InvalidTaskException.class, 400,
            RefusedException.class, 401,
            EventLogException.NoSuchTask.class, 404,
            EventLogException.TaskFinished.class, 409,
            EventLogException.UnexpectedLast.class, 412,
            InvalidItemException.TooManyElements.class, 413,
            BatchTooLargeException.class, 413,
            EventLogException.KeyReused.class, 422,
            EventLogException.Unavailable.class, 503);

    @Override
    public Response toResponse(Throwable failure) {
        return response(failure);
    }

    /** Returns the answer to a request that has failed. */
    public static Response response(Throwable failure) {
        if (failure instanceof CompletionException && failure.getCause() != null) {
            return response(failure.getCause());
        }
        if (failure instanceof ProblemException known) {
            return known.getResponse();
        }
        if (failure instanceof WebApplicationException answer) {
            return answer(answer);
        }
        if (failure instanceof LimitException limit) {
            return Response.fromResponse(problem(limit).response())
                    .header(HttpHeaders.RETRY_AFTER, null)
                    .header(HttpHeaders.RETRY_AFTER, limit.retrySeconds())
                    .build();
        }
        if (failure instanceof EventLogException.UploadRefused refused) {
            return answer(refused);
        }
        return problem(failure).response();
    }

    private static Response answer(EventLogException.UploadRefused failure) {
        Response.ResponseBuilder answer = Response.fromResponse(problem(failure).response());
        Upload upload = failure.upload();
        if (upload != null) {
            answer.header(Names.UPLOAD_OFFSET, upload.offset())
                    .header(Names.UPLOAD_COMPLETE, upload.complete() ? Names.YES : Names.NO);
        }
        return answer.build();
    }

    /** The types are those of draft-ietf-httpbis-resumable-upload. */
    private static Problem problem(EventLogException.UploadRefused failure) {
        return switch (failure.reason()) {
            case ABSENT -> Problem.of(404, "There is no such upload; PUT makes it");
            case OTHER_TYPE -> Problem.of(409, "The upload has another Content-Type");
            case CLAIMED -> Problem.of(409, "A newer request has taken over the upload");
            case OFFSET ->
                Problem.of(409, "The upload has another offset, which the header Upload-Offset tells")
                        .with("type", JsonAnswer.JSON.createValue(Names.MISMATCHING_OFFSET));
            case COMPLETE ->
                Problem.of(400, "The upload is complete")
                        .with("type", JsonAnswer.JSON.createValue(Names.COMPLETED_UPLOAD));
            case LOST -> Problem.of(410, "The log has lost bytes of the upload that had been counted");
            case TOO_MANY -> Problem.of(409, "The task has " + Upload.MAX_PER_TASK + " uploads that are not complete");
        };
    }

    private static Response answer(WebApplicationException failure) {
        Response answer = failure.getResponse();
        int status = answer.getStatus();
        if (status < 400 || Problem.is(answer)) {
            return answer;
        }
        Response problem = Problem.of(status, detail(status, failure)).response();
        // The headers of JAX-RS, such as Allow with 405, stay.
        Response.ResponseBuilder builder = Response.fromResponse(problem);
        answer.getStringHeaders().forEach((name, values) -> {
            if (!name.regionMatches(true, 0, "Content-", 0, 8)) {
                builder.header(name, null);
                values.forEach(value -> builder.header(name, value));
            }
        });
        return builder.build();
    }

    private static String detail(int status, Throwable failure) {
        return switch (status) {
            case 404 -> isOfTaskId(failure) ? "There is no such task" : "There is nothing at this path";
            case 405 -> "This path does not support the method";
            case 406 -> "None of the media types in Accept is available";
            case 415 -> "This Content-Type is not supported";
            default -> "The request cannot be answered";
        };
    }

    /** Tells whether JAX-RS could not make a {@code TaskId} of the path. */
    private static boolean isOfTaskId(Throwable failure) {
        Throwable cause = failure;
        while (cause != null && !(cause instanceof InvalidTaskException)) {
            cause = cause.getCause();
        }
        return cause != null;
    }

    /** Returns the problem that a failure is to a client. */
    public static Problem problem(Throwable failure) {
        if (failure instanceof CompletionException && failure.getCause() != null) {
            return problem(failure.getCause());
        }
        if (failure instanceof ProblemException known) {
            return known.problem();
        }
        if (failure instanceof EventLogException.UploadRefused refused) {
            return problem(refused);
        }
        Integer status = failure instanceof LimitException limit
                ? Integer.valueOf(limit.isOfServer() ? 503 : 429)
                : STATUSES.get(failure.getClass());
        if (status == null) {
            LOG.log(Level.ERROR, "A request failed in a way that was not foreseen", failure);
            return Problem.of(500, "The server failed; its log says why");
        }
        Problem problem = Problem.of(status, messageOf(failure));
        return failure instanceof InvalidTaskException invalid
                ? problem.with("member", JsonAnswer.JSON.createValue(invalid.member()))
                : problem;
    }

    private static String messageOf(Throwable failure) {
        String message = failure.getMessage();
        return message == null ? "" : message;
    }
}
