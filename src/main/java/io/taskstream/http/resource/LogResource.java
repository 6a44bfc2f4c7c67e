package io.taskstream.http.resource;

import io.taskstream.access.Grant;
import io.taskstream.access.Permission;
import io.taskstream.access.RequiresPermission;
import io.taskstream.access.Sessions;
import io.taskstream.access.limit.ViewerQuotas;
import io.taskstream.client.Names;
import io.taskstream.eventlog.EventId;
import io.taskstream.eventlog.LogState;
import io.taskstream.http.Caller;
import io.taskstream.http.Problem;
import io.taskstream.http.UnpooledOutput;
import io.taskstream.http.body.LinePublisher;
import io.taskstream.task.TaskId;
import io.taskstream.text.LogText;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.HttpMethod;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.container.AsyncResponse;
import jakarta.ws.rs.container.Suspended;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.SecurityContext;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** The text of a task: as much as there is when the request comes, byte for byte. */
@Path("tasks/{id}/log")
public class LogResource {

    private static final int MOST_SIZES = 64;
    private static final String UTF_8_TEXT = "text/plain;charset=utf-8";

    private final LinePublisher.Context context;
    private final ViewerQuotas quotas;
    private final Sessions sessions;

    /** The sizes of texts that were measured last, by their tasks and tags. Those of the same events never change. */
    private final Map<String, LogText.Size> sizes = new LinkedHashMap<>();

    public LogResource(LinePublisher.Context context, ViewerQuotas quotas, Sessions sessions) {
        this.context = context;
        this.quotas = quotas;
        this.sessions = sessions;
    }

    /** The options of a text. JAX-RS sets the fields. */
    public static class Options {

        @QueryParam("from")
        @Nullable
        String from;

        @QueryParam("ansi")
        @Nullable
        String ansi;

        @HeaderParam("Range")
        @Nullable
        String range;

        @HeaderParam("If-Range")
        @Nullable
        String ifRange;
    }

    /** A text that a caller has asked for, and its answer. */
    private record Asked(
            LogText text,
            long missing,
            String tag,
            Grant grant,
            AsyncContext exchange,
            boolean isHead,
            Runnable release) {

        HttpServletResponse response() {
            return (HttpServletResponse) exchange.getResponse();
        }
    }

    /** Answers HEAD, too, without the text (Jakarta REST 3.1, section 3.3.5). */
    @GET
    @RequiresPermission(Permission.WATCH)
    @Produces(MediaType.TEXT_PLAIN)
    public void text(
            @PathParam("id") TaskId id,
            @BeanParam Options options,
            @Context SecurityContext caller,
            @Context HttpServletRequest request,
            @Suspended AsyncResponse suspended) {
        Caller viewer = Caller.of(caller);
        LogState log = Parameters.task(context.log(), id);
        long from = Parameters.from(options.from, log);
        boolean isStripped = Parameters.choice("ansi", options.ansi, "strip", "keep");
        EventId first = log.last().at(Math.max(from, log.oldest()));
        var text = new LogText(
                context.log(), context.events(), id, first, log.last().sequence(), isStripped);
        String tag = "\"" + first + "-" + text.last() + (isStripped ? "-strip\"" : "\"");
        String range = options.ifRange == null || options.ifRange.equals(tag) ? options.range : null;
        Runnable release = quotas.admit(id, log.viewersElsewhere(), viewer.grant(), viewer.address());
        AsyncContext exchange = request.getAsyncContext();
        exchange.setTimeout(0);
        var asked = new Asked(
                text,
                first.sequence() - Math.max(1, from),
                tag,
                viewer.grant(),
                exchange,
                request.getMethod().equals(HttpMethod.HEAD),
                release);
        if (!ByteRange.isOne(range) && !log.task().status().isFinished()) {
            // It grows, and may lose its beginning while it is measured.
            sendOrEnd(asked, suspended, () -> send(asked, first.sequence(), new ByteRange(0, Long.MAX_VALUE)));
            return;
        }
        size(text, id + tag)
                .whenComplete((size, error) -> sendOrEnd(asked, suspended, () -> {
                    if (size == null) {
                        throw new CompletionException(error);
                    }
                    sendPart(asked, range, size);
                }));
    }

    private CompletionStage<LogText.Size> size(LogText text, String name) {
        synchronized (sizes) {
            LogText.Size known = sizes.get(name);
            if (known != null) {
                return CompletableFuture.completedStage(known);
            }
        }
        return text.measure(context.executor()).thenApply(size -> {
            synchronized (sizes) {
                sizes.put(name, size);
                if (sizes.size() > MOST_SIZES) {
                    sizes.remove(sizes.keySet().iterator().next());
                }
            }
            return size;
        });
    }

    /** Begins an answer. */
    private interface Beginning {
        void run() throws IOException;
    }

    private static void sendOrEnd(Asked asked, AsyncResponse suspended, Beginning answer) {
        try {
            answer.run();
        } catch (IOException | RuntimeException | Error e) {
            asked.release.run();
            suspended.resume(e);
        }
    }

    private void sendPart(Asked asked, @Nullable String range, LogText.Size size) throws IOException {
        boolean isPart = ByteRange.isOne(range);
        ByteRange part = range != null && isPart ? ByteRange.of(range, size.bytes()) : new ByteRange(0, size.bytes());
        if (part == null) {
            Problem problem = Problem.of(416, "The text has " + size.bytes() + " bytes, and none of that range");
            throw new WebApplicationException(Response.fromResponse(problem.response())
                    .header("Content-Range", "bytes */" + size.bytes())
                    .build());
        }
        if (isPart) {
            asked.response().setStatus(HttpServletResponse.SC_PARTIAL_CONTENT);
            asked.response().setHeader("Content-Range", part.of(size.bytes()));
        }
        asked.response().setContentLengthLong(part.length());
        Map.Entry<Long, Long> mark = size.marks().floorEntry(part.start());
        send(asked, mark.getValue(), new ByteRange(part.start() - mark.getKey(), part.length()));
    }

    private void send(Asked asked, long from, ByteRange part) throws IOException {
        HttpServletResponse response = asked.response();
        UnpooledOutput.use(response);
        response.setContentType(UTF_8_TEXT);
        response.setHeader(HttpHeaders.CACHE_CONTROL, "no-store, no-transform");
        response.setHeader("Accept-Ranges", "bytes");
        response.setHeader(HttpHeaders.ETAG, asked.tag);
        EventId first = asked.text.first();
        if (first.sequence() <= asked.text.last()) {
            response.setHeader(Names.FIRST_EVENT_ID, first.toString());
        }
        response.setHeader(
                HttpHeaders.LAST_EVENT_ID_HEADER, first.at(asked.text.last()).toString());
        if (asked.missing > 0) {
            response.setHeader(Names.MISSING_EVENTS, String.valueOf(asked.missing));
        }
        new TextAnswer(
                        asked.exchange,
                        asked.text,
                        from,
                        asked.isHead ? new ByteRange(0, 0) : part,
                        context.executor(),
                        context.checks(),
                        context.limits().stall(),
                        asked.release)
                .open(abort -> sessions.begin(asked.grant, abort));
    }
}
