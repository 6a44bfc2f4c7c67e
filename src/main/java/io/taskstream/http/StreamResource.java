package io.taskstream.http;

import io.taskstream.access.Grant;
import io.taskstream.access.Permission;
import io.taskstream.access.RefusedException;
import io.taskstream.access.RequiresPermission;
import io.taskstream.eventlog.EventLog;
import io.taskstream.eventlog.LogState;
import io.taskstream.stream.ResponseEventSink;
import io.taskstream.stream.StartPosition;
import io.taskstream.stream.TaskStreams;
import io.taskstream.stream.ViewerOptions;
import io.taskstream.task.TaskId;
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
import jakarta.ws.rs.core.SecurityContext;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A task's live stream. */
@Path("tasks/{id}/stream")
public class StreamResource {

    private static final Duration LONGEST_LIFE = Duration.ofDays(3_650);

    private static final Pattern SEQUENCE = Pattern.compile("[1-9][0-9]{0,17}");

    private final EventLog log;
    private final TaskStreams streams;
    private final Limits limits;
    private final FrontDoor door;

    public StreamResource(EventLog log, TaskStreams streams, Limits limits, FrontDoor door) {
        this.log = log;
        this.streams = streams;
        this.limits = limits;
        this.door = door;
    }

    /**
     * Registers the viewer with its task's broadcaster and returns: the stream goes on without a thread.
     *
     * @param suspended says to JAX-RS that the response is not ended here; it is never resumed
     */
    @GET
    @RequiresPermission(Permission.WATCH)
    @Produces(MediaType.SERVER_SENT_EVENTS)
    public void watch(
            @PathParam("id") String path,
            @HeaderParam(HttpHeaders.LAST_EVENT_ID_HEADER) @Nullable String lastEventIdHeader,
            @QueryParam("lastEventId") @Nullable String lastEventId,
            @QueryParam("from") @Nullable String from,
            @QueryParam("heartbeat") @Nullable String heartbeat,
            @QueryParam("heartbeatEvent") @Nullable String heartbeatEvent,
            @QueryParam("trace") @Nullable String trace,
            @Context SecurityContext caller,
            @Context HttpServletRequest request,
            @Context HttpServletResponse response,
            @Suspended AsyncResponse suspended)
            throws IOException {
        StreamHead.refuseWhileDraining(streams);
        LogState task = Tasks.find(log, Tasks.id(path));
        StartPosition start = start(given(lastEventIdHeader) == null ? lastEventId : lastEventIdHeader, from, task);
        Caller viewer = Caller.of(caller);
        var options = new ViewerOptions(
                start,
                heartbeat(heartbeat),
                Parameters.flag("heartbeatEvent", heartbeatEvent),
                limits.stall(),
                Parameters.flag("trace", trace),
                life(viewer.grant()));
        if (start.isPastEndOf(task)) {
            suspended.resume(Response.noContent().build());
            return;
        }
        Runnable place =
                door.viewers().admit(task.task().id(), task.viewersElsewhere(), viewer.grant(), viewer.address());
        try {
            AsyncContext exchange = request.getAsyncContext();
            exchange.setTimeout(0);
            StreamHead.write(response);
            open(streams.sink(exchange, options), task.task().id(), viewer.grant(), place);
        } catch (IOException | RuntimeException e) {
            place.run();
            throw e;
        }
    }

    private void open(ResponseEventSink sink, TaskId task, Grant grant, Runnable place) {
        Runnable leave = door.sessions().begin(grant, () -> sink.close("access withdrawn"));
        sink.whenClosed(() -> {
            leave.run();
            place.run();
        });
        try {
            streams.register(task, sink);
            sink.open(StreamHead.retryMillis());
        } catch (RuntimeException e) {
            leave.run();
            throw e;
        }
    }

    private @Nullable Duration life(Grant grant) {
        if (grant.expires().equals(Instant.MAX)) {
            return null;
        }
        Duration left = Duration.between(door.time().instant(), grant.expires());
        if (left.isNegative() || left.isZero()) {
            throw new RefusedException("The token has expired");
        }
        return left.compareTo(LONGEST_LIFE) < 0 ? left : LONGEST_LIFE;
    }

    /** Only the head, and at once: without this, JAX-RS would answer HEAD by an endless GET. */
    @HEAD
    @RequiresPermission(Permission.WATCH)
    @Produces(MediaType.SERVER_SENT_EVENTS)
    public Response head(@PathParam("id") String path) {
        StreamHead.refuseWhileDraining(streams);
        Tasks.find(log, Tasks.id(path));
        return StreamHead.alone();
    }

    static StartPosition start(@Nullable String lastEventId, @Nullable String from, LogState log) {
        String seen = given(lastEventId);
        if (seen != null) {
            return StartPosition.afterLastEventId(seen, log);
        }
        if (from == null || from.equals("earliest")) {
            return StartPosition.earliest(log);
        }
        if (from.equals("latest")) {
            return StartPosition.latest(log);
        }
        if (from.startsWith("-")) {
            return StartPosition.last(sequence(from.substring(1)), log);
        }
        return StartPosition.at(sequence(from), log);
    }

    /** An empty id is none (HTML, section 9.2.6). */
    private static @Nullable String given(@Nullable String lastEventId) {
        return lastEventId == null || lastEventId.isEmpty() ? null : lastEventId;
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
