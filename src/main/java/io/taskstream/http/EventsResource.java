package io.taskstream.http;

import io.taskstream.access.Permission;
import io.taskstream.access.RequiresPermission;
import io.taskstream.access.limit.PublishPermit;
import io.taskstream.eventlog.Appended;
import io.taskstream.eventlog.Batch;
import io.taskstream.eventlog.EventId;
import io.taskstream.eventlog.EventLogException;
import io.taskstream.eventlog.LogState;
import io.taskstream.eventlog.StoredEvent;
import io.taskstream.task.EventData;
import io.taskstream.task.TaskId;
import io.taskstream.task.TraceParent;
import jakarta.json.Json;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.ServletInputStream;
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

/** A task's events: published, and looked up. */
@Path("tasks/{id}/events")
public class EventsResource {

    private static final String TRACEPARENT = "traceparent";

    private final PublishContext context;
    private final BoundedBody body;

    public EventsResource(PublishContext context, BoundedBody body) {
        this.context = context;
        this.body = body;
    }

    @POST
    @RequiresPermission(Permission.PUBLISH)
    @Produces(MediaType.APPLICATION_JSON)
    public void publish(
            @PathParam("id") String path,
            @HeaderParam(HttpHeaders.CONTENT_TYPE) @Nullable String contentType,
            @HeaderParam(HttpHeaders.IF_MATCH) @Nullable String ifMatch,
            @HeaderParam("Idempotency-Key") @Nullable String idempotencyKey,
            @HeaderParam(TRACEPARENT) @Nullable String traceparent,
            @Context HttpServletRequest request,
            @Context SecurityContext caller,
            @Suspended AsyncResponse response)
            throws IOException {
        // Told apart here: where there is no type, RESTEasy would choose any of the methods that consume one.
        BodyType type = BodyType.ofEvents(contentType);
        TaskId task = Tasks.id(path);
        if (!type.name().equals(BodyType.JSON)) {
            publishLines(task, type, ifMatch, request, caller, response);
            return;
        }
        checkKey(idempotencyKey);
        EventId expectedLast = expectedLast(ifMatch);
        PublishPermit permit = context.permit(task, caller);
        String key = idempotencyKey == null ? null : permit.grant().ownName(idempotencyKey);
        context.door().rates().check(task, permit.grant());
        AsyncContext exchange = request.getAsyncContext();
        body.readAndKeep(request, Caller.of(caller), response, (json, held) -> {
            List<EventData> events = context.events().readBatch(json);
            // One is no more than its text, which counts already where it is not small.
            if (events.size() > 1) {
                held.accept(events.stream().mapToLong(EventData::heapBytes).sum());
            }
            permit.take(events.size());
            return context.log()
                    .append(task, new Batch(events, expectedLast, key, trace(traceparent)))
                    .whenComplete((appended, error) -> answer(exchange, response, appended, error));
        });
    }

    /** Runs on the engine's thread, which a problem, written by JAX-RS, could block. */
    private void answer(
            AsyncContext exchange, AsyncResponse response, @Nullable Appended appended, @Nullable Throwable error) {
        if (appended == null) {
            context.executor().execute(() -> response.resume(error));
            return;
        }
        try {
            QuickAnswer.send(exchange, published(appended.count(), appended.last()));
        } catch (IOException | IllegalStateException e) {
            // The producer has gone, and with it the exchange.
            response.cancel();
        }
    }

    private static void checkKey(@Nullable String idempotencyKey) {
        if (idempotencyKey != null && (idempotencyKey.isEmpty() || idempotencyKey.length() > Batch.MAX_KEY)) {
            throw Problem.of(400, "Idempotency-Key takes 1 to " + Batch.MAX_KEY + " characters")
                    .asException();
        }
    }

    private void publishLines(
            TaskId task,
            BodyType type,
            @Nullable String ifMatch,
            HttpServletRequest request,
            SecurityContext caller,
            AsyncResponse response)
            throws IOException {
        EventId expectedLast = expectedLast(ifMatch);
        if (Tasks.find(context.log(), task).task().status().isFinished()) {
            throw new EventLogException.TaskFinished(task);
        }
        AsyncContext exchange = request.getAsyncContext();
        exchange.setTimeout(0);
        ServletInputStream in = request.getInputStream();
        var lines = new LinePublisher(
                in,
                Caller.of(caller).share(context.receiving()),
                context.permit(task, caller),
                type.name().equals(BodyType.TEXT) ? LineFormat.TEXT : LineFormat.NDJSON,
                type.charset(),
                expectedLast,
                trace(request.getHeader(TRACEPARENT)),
                context,
                outcome -> {
                    try {
                        response.resume(answer(outcome));
                    } finally {
                        context.publishers().end();
                    }
                });
        context.publishers().begin();
        try {
            in.setReadListener(lines);
        } catch (RuntimeException e) {
            lines.abandon();
            context.publishers().end();
            throw e;
        }
    }

    private static @Nullable String trace(@Nullable String traceparent) {
        return TraceParent.parse(traceparent).orElse(null);
    }

    private static Response answer(LinePublisher.Outcome outcome) {
        Throwable failure = outcome.failure();
        if (failure == null) {
            return JsonAnswer.of(200, published(outcome.count(), outcome.last()))
                    .build();
        }
        Problem problem = ProblemMapper.problem(failure)
                .with("count", Json.createValue(outcome.count()))
                .with("lastEventId", TaskJson.orNull(outcome.last()));
        // The rest of the body is not read, so the connection can't be used again.
        return Response.fromResponse(problem.response())
                .header("Connection", "close")
                .build();
    }

    /** Written by hand, since this is the answer to every event that is published on its own. */
    private static byte[] published(long count, @Nullable EventId last) {
        String lastEventId = last == null ? "null" : "\"" + last + "\"";
        String json = "{\"count\":" + count + ",\"lastEventId\":" + lastEventId + "}";
        return json.getBytes(StandardCharsets.US_ASCII);
    }

    /** The event that {@code If-Match} (RFC 9110, section 13.1.1) names; {@code null} without the header, and for {@code *}. */
    private static @Nullable EventId expectedLast(@Nullable String ifMatch) {
        if (ifMatch == null || ifMatch.equals("*")) {
            return null;
        }
        String tag = ifMatch.strip();
        if (tag.length() < 2 || !tag.startsWith("\"") || !tag.endsWith("\"")) {
            throw Problem.of(400, "If-Match takes one event id in double quotes")
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
            @PathParam("id") String path,
            @QueryParam("after") @Nullable String after,
            @QueryParam("limit") @Nullable String limit) {
        LogState log = Tasks.find(context.log(), Tasks.id(path));
        int size = Parameters.limit(limit);
        // One more than asked for tells whether there is a next page.
        List<StoredEvent> found = context.log().history(log.task().id(), Parameters.after(after, log), size + 1);
        List<StoredEvent> page = found.subList(0, Math.min(size, found.size()));
        return JsonAnswer.of(200, HistoryJson.of(page, found.size() > size)).build();
    }
}
