package io.taskstream.http.resource;

import io.taskstream.access.Permission;
import io.taskstream.access.RequiresPermission;
import io.taskstream.access.limit.EventRates;
import io.taskstream.access.limit.PublishPermit;
import io.taskstream.client.Names;
import io.taskstream.eventlog.Appended;
import io.taskstream.eventlog.Batch;
import io.taskstream.eventlog.EventId;
import io.taskstream.eventlog.EventLogException;
import io.taskstream.eventlog.LogState;
import io.taskstream.eventlog.StoredEvent;
import io.taskstream.http.Caller;
import io.taskstream.http.JsonAnswer;
import io.taskstream.http.Problem;
import io.taskstream.http.ProblemException;
import io.taskstream.http.ProblemMapper;
import io.taskstream.http.body.BodyPart;
import io.taskstream.http.body.BodyType;
import io.taskstream.http.body.BoundedBody;
import io.taskstream.http.body.LineFormat;
import io.taskstream.http.body.LinePublisher;
import io.taskstream.task.EventData;
import io.taskstream.task.TaskId;
import io.taskstream.task.TraceParent;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.container.AsyncResponse;
import jakarta.ws.rs.container.Suspended;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.SecurityContext;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The events of a task: publish them, and read their history. */
@Path("tasks/{id}/events")
public class EventsResource {

    private final LinePublisher.Context context;
    private final BoundedBody body;
    private final LineRequests requests;
    private final EventRates rates;

    public EventsResource(LinePublisher.Context context, BoundedBody body, LineRequests requests, EventRates rates) {
        this.context = context;
        this.body = body;
        this.requests = requests;
        this.rates = rates;
    }

    @POST
    @RequiresPermission(Permission.PUBLISH)
    @Produces(MediaType.APPLICATION_JSON)
    public void publish(
            @PathParam("id") TaskId task,
            @HeaderParam(HttpHeaders.CONTENT_TYPE) @Nullable String contentType,
            @HeaderParam(HttpHeaders.IF_MATCH) @Nullable String ifMatch,
            @HeaderParam(Names.IDEMPOTENCY_KEY) @Nullable String idempotencyKey,
            @HeaderParam("traceparent") @Nullable String traceparent,
            @Context HttpServletRequest request,
            @Context SecurityContext caller,
            @Suspended AsyncResponse response)
            throws IOException {
        // Chosen here: without a type RESTEasy would choose any of the methods that consume one.
        BodyType type = BodyType.ofEvents(contentType);
        String trace = TraceParent.parse(traceparent).orElse(null);
        if (!type.name().equals(BodyType.JSON)) {
            checkNoKey(idempotencyKey);
            publishLines(task, type, ifMatch, trace, request, caller, response);
            return;
        }
        checkKey(idempotencyKey);
        EventId expectedLast = expectedLast(ifMatch);
        PublishPermit permit = requests.permit(task, caller);
        String key = idempotencyKey == null ? null : permit.grant().ownName(idempotencyKey);
        rates.check(task, permit.grant());
        AsyncContext exchange = request.getAsyncContext();
        body.readAndHold(request, Caller.of(caller), response, (json, held) -> {
            List<EventData> events = context.events().readBatch(json);
            // A single event is no more than its text, which counts already unless it is small.
            if (events.size() > 1) {
                held.accept(events.stream().mapToLong(EventData::heapBytes).sum());
            }
            permit.take(events.size());
            return context.log()
                    .appendHere(task, new Batch(events, expectedLast, key, trace))
                    .whenComplete((appended, error) -> answer(exchange, response, appended, error));
        });
    }

    /** Runs on the engine's thread, so JAX-RS, which may block, writes a problem on another thread. */
    private void answer(
            AsyncContext exchange, AsyncResponse response, @Nullable Appended appended, @Nullable Throwable error) {
        if (appended == null) {
            context.execute(() -> response.resume(error));
            return;
        }
        try {
            QuickAnswer.send(exchange, published(appended.count(), appended.last()));
        } catch (IOException | IllegalStateException e) {
            // The producer has closed the connection, and the exchange has ended.
            response.cancel();
        }
    }

    private static void checkKey(@Nullable String idempotencyKey) {
        if (idempotencyKey != null && (idempotencyKey.isEmpty() || idempotencyKey.length() > Batch.MAX_KEY)) {
            throw Problem.of(400, "Idempotency-Key must have 1 to " + Batch.MAX_KEY + " characters")
                    .asException();
        }
    }

    /** Lines are published before the body has ended, so a repeated body can't be recognised. */
    private static void checkNoKey(@Nullable String idempotencyKey) {
        if (idempotencyKey != null) {
            throw Problem.of(400, "Idempotency-Key is for " + BodyType.JSON + " only, and this body is sent as lines")
                    .asException();
        }
    }

    private void publishLines(
            TaskId task,
            BodyType type,
            @Nullable String ifMatch,
            @Nullable String trace,
            HttpServletRequest request,
            SecurityContext caller,
            AsyncResponse response)
            throws IOException {
        EventId expectedLast = expectedLast(ifMatch);
        if (Parameters.task(context.log(), task).task().status().isFinished()) {
            throw new EventLogException.TaskFinished(task);
        }
        LineFormat format = type.name().equals(BodyType.TEXT) ? LineFormat.TEXT : LineFormat.NDJSON;
        var part = new BodyPart.Whole(expectedLast, trace);
        requests.publish(task, request, caller, response, format, type.charset(), part, EventsResource::answer);
    }

    private static Response answer(LinePublisher.Outcome outcome) {
        Throwable failure = outcome.failure();
        if (failure == null) {
            return JsonAnswer.of(200, published(outcome.count(), outcome.last()))
                    .build();
        }
        if (failure instanceof ProblemException known && !known.getResponse().hasEntity()) {
            return known.getResponse();
        }
        Problem problem = ProblemMapper.problem(failure)
                .with("count", JsonAnswer.JSON.createValue(outcome.count()))
                .with("lastEventId", JsonAnswer.orNull(outcome.last()));
        // The rest of the body is not read, so the connection cannot be used again.
        return Response.fromResponse(problem.response())
                .header("Connection", "close")
                .build();
    }

    /** Written by hand for speed: this is the answer to every event that is published on its own. */
    private static byte[] published(long count, @Nullable EventId last) {
        String lastEventId = last == null ? "null" : "\"" + last + "\"";
        String json = "{\"count\":" + count + ",\"lastEventId\":" + lastEventId + "}";
        return json.getBytes(StandardCharsets.US_ASCII);
    }

    /** Returns the event that {@code If-Match} (RFC 9110, section 13.1.1) names, {@code null} for no header and {@code *}. */
    private static @Nullable EventId expectedLast(@Nullable String ifMatch) {
        if (ifMatch == null || ifMatch.equals("*")) {
            return null;
        }
        String tag = ifMatch.strip();
        if (tag.length() < 2 || !tag.startsWith("\"") || !tag.endsWith("\"")) {
            throw Problem.of(400, "If-Match must be one event id in double quotes")
                    .asException();
        }
        return EventId.parse(tag.substring(1, tag.length() - 1))
                .orElseThrow(() ->
                        Problem.of(412, "If-Match names no event of this log").asException());
    }

    @GET
    @RequiresPermission(Permission.WATCH)
    @Produces(MediaType.APPLICATION_JSON)
    public Response history(
            @PathParam("id") TaskId task,
            @QueryParam("after") @Nullable String after,
            @QueryParam("limit") @Nullable String limit) {
        LogState log = Parameters.task(context.log(), task);
        int size = Parameters.limit(limit);
        // One more event than requested shows whether there is a next page.
        List<StoredEvent> found = context.log().history(log.task().id(), Parameters.after(after, log), size + 1);
        List<StoredEvent> page = found.subList(0, Math.min(size, found.size()));
        return JsonAnswer.of(200, JsonAnswer.history(page, found.size() > size)).build();
    }
}
