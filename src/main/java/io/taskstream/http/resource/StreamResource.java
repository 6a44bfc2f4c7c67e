package io.taskstream.http.resource;

import io.taskstream.access.Grant;
import io.taskstream.access.Permission;
import io.taskstream.access.RefusedException;
import io.taskstream.access.RequiresPermission;
import io.taskstream.access.Sessions;
import io.taskstream.access.limit.ViewerQuotas;
import io.taskstream.eventlog.EventLog;
import io.taskstream.eventlog.LogState;
import io.taskstream.http.Caller;
import io.taskstream.http.Limits;
import io.taskstream.stream.ResponseEventSink;
import io.taskstream.stream.StartPosition;
import io.taskstream.stream.TaskStreams;
import io.taskstream.stream.ViewerOptions;
import io.taskstream.task.TaskId;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.ws.rs.BeanParam;
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
import java.time.InstantSource;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The live stream of a task. */
@Path("tasks/{id}/stream")
public class StreamResource {

    private static final Duration LONGEST_LIFE = Duration.ofDays(3_650);

    private static final Pattern SEQUENCE = Pattern.compile("[1-9][0-9]{0,17}");

    private final EventLog log;
    private final TaskStreams streams;
    private final Limits limits;
    private final Sessions sessions;
    private final ViewerQuotas quotas;
    private final InstantSource time;

    public StreamResource(
            EventLog log,
            TaskStreams streams,
            Limits limits,
            Sessions sessions,
            ViewerQuotas quotas,
            InstantSource time) {
        this.log = log;
        this.streams = streams;
        this.limits = limits;
        this.sessions = sessions;
        this.quotas = quotas;
        this.time = time;
    }

    /** The options of a stream. JAX-RS sets the fields. */
    public static class Options {

        @HeaderParam(HttpHeaders.LAST_EVENT_ID_HEADER)
        @Nullable
        String lastEventIdHeader;

        @QueryParam("lastEventId")
        @Nullable
        String lastEventId;

        @QueryParam("from")
        @Nullable
        String from;

        @QueryParam("heartbeat")
        @Nullable
        String heartbeat;

        @QueryParam("heartbeatEvent")
        @Nullable
        String heartbeatEvent;

        @QueryParam("trace")
        @Nullable
        String trace;

        /** Returns the last event id, {@code null} for none or an empty one. The header goes first. */
        @Nullable
        String lastEventId() {
            String seen = given(lastEventIdHeader);
            return seen == null ? given(lastEventId) : seen;
        }
    }

    /**
     * Registers the viewer with its task's broadcaster and returns: the stream needs no thread.
     *
     * @param suspended tells JAX-RS that the response does not end here; resumed only if the stream would be empty
     */
    @GET
    @RequiresPermission(Permission.WATCH)
    @Produces(MediaType.SERVER_SENT_EVENTS)
    public void watch(
            @PathParam("id") TaskId id,
            @BeanParam Options options,
            @Context SecurityContext caller,
            @Context HttpServletRequest request,
            @Context HttpServletResponse response,
            @Suspended AsyncResponse suspended)
            throws IOException {
        StreamHead.refuseWhileDraining(streams);
        LogState task = Parameters.task(log, id);
        StartPosition start = start(options.lastEventId(), options.from, task);
        Caller viewer = Caller.of(caller);
        var viewerOptions = viewerOptions(options, start, viewer.grant());
        if (start.isPastEndOf(task)) {
            suspended.resume(Response.noContent().build());
            return;
        }
        Runnable release = quotas.admit(id, task.viewersElsewhere(), viewer.grant(), viewer.address());
        begin(request, response, viewerOptions, viewer.grant(), release, sink -> streams.register(id, sink));
    }

    ViewerOptions viewerOptions(Options options, StartPosition start, Grant grant) {
        return new ViewerOptions(
                start,
                heartbeat(options.heartbeat),
                Parameters.flag("heartbeatEvent", options.heartbeatEvent),
                limits.stall(),
                Parameters.flag("trace", options.trace),
                life(grant));
    }

    /**
     * Begins the stream on the connection of a suspended request.
     *
     * @param release runs when the stream has ended, or if it does not begin
     * @param register registers the sink
     */
    void begin(
            HttpServletRequest request,
            HttpServletResponse response,
            ViewerOptions options,
            Grant grant,
            Runnable release,
            Consumer<ResponseEventSink> register)
            throws IOException {
        try {
            AsyncContext exchange = request.getAsyncContext();
            exchange.setTimeout(0);
            StreamHead.write(response);
            open(streams.sink(exchange, options), register, grant, release);
        } catch (IOException | RuntimeException e) {
            release.run();
            throw e;
        }
    }

    private void open(ResponseEventSink sink, Consumer<ResponseEventSink> register, Grant grant, Runnable release) {
        Runnable unregister = sessions.begin(grant, () -> sink.close("access withdrawn"));
        sink.whenClosed(() -> {
            unregister.run();
            release.run();
        });
        try {
            register.accept(sink);
            sink.open(StreamHead.retryMillis());
        } catch (RuntimeException e) {
            unregister.run();
            throw e;
        }
    }

    private @Nullable Duration life(Grant grant) {
        if (grant.expires().equals(Instant.MAX)) {
            return null;
        }
        Duration left = Duration.between(time.instant(), grant.expires());
        if (left.isNegative() || left.isZero()) {
            throw new RefusedException("The token has expired");
        }
        return left.compareTo(LONGEST_LIFE) < 0 ? left : LONGEST_LIFE;
    }

    /** Returns only the head, and at once: without this, JAX-RS would answer HEAD by an endless GET. */
    @HEAD
    @RequiresPermission(Permission.WATCH)
    @Produces(MediaType.SERVER_SENT_EVENTS)
    public Response head(@PathParam("id") TaskId id) {
        StreamHead.refuseWhileDraining(streams);
        Parameters.task(log, id);
        return StreamHead.answer();
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

    /** Returns the id, {@code null} for an empty one, which counts as none (HTML, section 9.2.6). */
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
