package io.taskstream.http;

import io.taskstream.eventlog.EventLog;
import io.taskstream.eventlog.LogState;
import io.taskstream.stream.ResponseEventSink;
import io.taskstream.stream.StreamStart;
import io.taskstream.stream.TaskStreams;
import io.taskstream.stream.ViewerOptions;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HEAD;
import jakarta.ws.rs.HeaderParam;
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
import java.io.IOException;
import java.time.Duration;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A task's live stream. */
@Path("tasks/{id}/stream")
public class StreamResource {

    private static final Pattern SEQUENCE = Pattern.compile("[1-9][0-9]{0,17}");

    private final EventLog log;
    private final TaskStreams streams;
    private final Limits limits;

    public StreamResource(EventLog log, TaskStreams streams, Limits limits) {
        this.log = log;
        this.streams = streams;
        this.limits = limits;
    }

    /**
     * Registers the viewer with its task's broadcaster and returns: the stream goes on without a thread.
     *
     * @param suspended says to JAX-RS that the response is not ended here; it is never resumed
     */
    @GET
    @Produces(MediaType.SERVER_SENT_EVENTS)
    public void watch(
            @PathParam("id") String path,
            @HeaderParam(HttpHeaders.LAST_EVENT_ID_HEADER) @Nullable String lastEventIdHeader,
            @QueryParam("lastEventId") @Nullable String lastEventId,
            @QueryParam("from") @Nullable String from,
            @QueryParam("heartbeat") @Nullable String heartbeat,
            @QueryParam("heartbeatEvent") @Nullable String heartbeatEvent,
            @QueryParam("trace") @Nullable String trace,
            @Context HttpServletRequest request,
            @Context HttpServletResponse response,
            @Suspended AsyncResponse suspended)
            throws IOException {
        StreamHead.refuseWhileDraining(streams);
        LogState task = Tasks.find(log, Tasks.id(path));
        StreamStart start = start(lastEventIdHeader == null ? lastEventId : lastEventIdHeader, from, task);
        var options = new ViewerOptions(
                start,
                heartbeat(heartbeat),
                Parameters.flag("heartbeatEvent", heartbeatEvent),
                limits.stall(),
                Parameters.flag("trace", trace));
        if (start.isPastEndOf(task)) {
            suspended.resume(Response.noContent().build());
            return;
        }
        AsyncContext exchange = request.getAsyncContext();
        exchange.setTimeout(0);
        StreamHead.write(response);
        ResponseEventSink sink = streams.sink(exchange, options);
        streams.register(task.task().id(), sink);
        sink.open(StreamHead.retryMillis());
    }

    /** Only the head, and at once: without this, JAX-RS would answer HEAD by an endless GET. */
    @HEAD
    @Produces(MediaType.SERVER_SENT_EVENTS)
    public Response head(@PathParam("id") String path) {
        StreamHead.refuseWhileDraining(streams);
        Tasks.find(log, Tasks.id(path));
        return StreamHead.alone();
    }

    private static StreamStart start(@Nullable String lastEventId, @Nullable String from, LogState log) {
        if (lastEventId != null) {
            return StreamStart.afterLastEventId(lastEventId, log);
        }
        if (from == null || from.equals("earliest")) {
            return StreamStart.earliest(log);
        }
        if (from.equals("latest")) {
            return StreamStart.latest(log);
        }
        if (from.startsWith("-")) {
            return StreamStart.last(sequence(from.substring(1)), log);
        }
        return StreamStart.at(sequence(from), log);
    }

    private static long sequence(String digits) {
        if (!SEQUENCE.matcher(digits).matches()) {
            throw Parameters.wrong("from", "must be earliest, latest, a sequence number, or - and a count");
        }
        return Long.parseLong(digits);
    }

    private Duration heartbeat(@Nullable String seconds) {
        if (seconds == null) {
            return limits.heartbeat();
        }
        return Duration.ofSeconds(Parameters.number(
                "heartbeat",
                seconds,
                limits.shortestHeartbeat().toSeconds(),
                limits.longestHeartbeat().toSeconds()));
    }
}
