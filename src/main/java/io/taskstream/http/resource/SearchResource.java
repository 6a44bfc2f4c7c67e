package io.taskstream.http.resource;

import io.taskstream.access.Permission;
import io.taskstream.access.RequiresPermission;
import io.taskstream.access.limit.ViewerQuotas;
import io.taskstream.eventlog.EventId;
import io.taskstream.eventlog.LogState;
import io.taskstream.http.Caller;
import io.taskstream.http.JsonAnswer;
import io.taskstream.http.body.LinePublisher;
import io.taskstream.stream.Ticker;
import io.taskstream.task.TaskId;
import io.taskstream.text.Finder;
import io.taskstream.text.TextReader;
import io.taskstream.text.TextSearch;
import io.taskstream.text.TextSearch.Position;
import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonObject;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.container.AsyncResponse;
import jakarta.ws.rs.container.Suspended;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.SecurityContext;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/** A search through the text of a task, as far as one request may go. */
@Path("tasks/{id}/search")
public class SearchResource {

    /** How long one request searches; it goes on to where another one can continue. */
    private static final long MOST_NANOS = Duration.ofSeconds(1).toNanos();

    /** The most that one request reads of the log, in bytes of frames. */
    private static final long MOST_BYTES = 32 << 20;

    private final LinePublisher.Context context;
    private final ViewerQuotas quotas;
    private final Ticker ticker;

    public SearchResource(LinePublisher.Context context, ViewerQuotas quotas, Ticker ticker) {
        this.context = context;
        this.quotas = quotas;
        this.ticker = ticker;
    }

    /** The options of a search. JAX-RS sets the fields. */
    public static class Options {

        @QueryParam("q")
        @Nullable
        String query;

        @QueryParam("mode")
        @Nullable
        String mode;

        @QueryParam("case")
        @Nullable
        String letters;

        @QueryParam("from")
        @Nullable
        String from;

        @QueryParam("after")
        @Nullable
        String after;

        @QueryParam("limit")
        @Nullable
        String limit;
    }

    @GET
    @RequiresPermission(Permission.WATCH)
    @Produces(MediaType.APPLICATION_JSON)
    public void search(
            @PathParam("id") TaskId id,
            @BeanParam Options options,
            @Context SecurityContext caller,
            @Context HttpServletRequest request,
            @Suspended AsyncResponse response) {
        LogState log = Parameters.task(context.log(), id);
        Finder finder = finder(options);
        int limit = Parameters.limit(options.limit);
        Position wanted = start(options, log);
        Position start = wanted.event().sequence() < log.oldest()
                ? new Position(log.last().at(log.oldest()), 0, wanted.line(), 0, 0)
                : wanted;
        long missing = start.event().sequence() - wanted.event().sequence();
        Caller viewer = Caller.of(caller);
        Runnable release = quotas.admit(id, log.viewersElsewhere(), viewer.grant(), viewer.address());
        AsyncContext exchange = request.getAsyncContext();
        exchange.setTimeout(0);
        long began = ticker.nanos();
        var search = new TextSearch(finder, start, limit, () -> ticker.nanos() - began >= MOST_NANOS);
        var reader = new TextReader(
                context.log(), context.events(), id, start.event(), log.last().sequence());
        reader.forEach(
                        context.executor(),
                        deltas -> search.search(deltas)
                                && reader.bytes() < MOST_BYTES
                                && (ticker.nanos() - began < MOST_NANOS || !search.hasMoved(reader.next())))
                .whenComplete((done, error) -> {
                    release.run();
                    try {
                        if (error != null) {
                            throw new CompletionException(error);
                        }
                        QuickAnswer.send(exchange, answer(search, reader, missing));
                    } catch (IOException | RuntimeException | Error e) {
                        response.resume(e);
                    }
                });
    }

    private static Finder finder(Options options) {
        boolean isExpression = Parameters.choice("mode", options.mode, "regex", "literal");
        boolean matchCase = Parameters.choice("case", options.letters, "sensitive", "insensitive");
        String query = options.query;
        if (query == null || query.isEmpty() || query.length() > Finder.MOST) {
            throw Parameters.wrong("q", "must have 1 to " + Finder.MOST + " characters");
        }
        try {
            return isExpression ? Finder.ofExpression(query, matchCase) : Finder.ofText(query, matchCase);
        } catch (IllegalArgumentException e) {
            throw Parameters.wrong("q", "is no regular expression that can be searched for: " + e.getMessage());
        }
    }

    private static Position start(Options options, LogState log) {
        EventId first = log.last().at(Math.max(1, Parameters.from(options.from, log)));
        if (options.after == null) {
            return Position.before(first);
        }
        Position after = Position.parse(options.after)
                .orElseThrow(() -> Parameters.wrong("after", "must be the 'next' of an earlier answer"));
        return after.event().epoch().equals(first.epoch()) ? after : Position.before(first);
    }

    private static byte[] answer(TextSearch search, TextReader reader, long missing) {
        boolean isAtEnd = !search.isStopped() && reader.isAtEnd();
        if (isAtEnd) {
            search.end();
        }
        boolean hasMore = !isAtEnd || search.isStopped();
        Object next = hasMore ? search.position(reader.next()) : null;
        JsonArrayBuilder hits = JsonAnswer.JSON.createArrayBuilder();
        search.hits().forEach(hit -> hits.add(json(hit)));
        return JsonAnswer.object()
                .add("hits", hits)
                .add("lines", search.lines())
                .add("missing", missing)
                .add("next", JsonAnswer.orNull(next))
                .build()
                .toString()
                .getBytes(StandardCharsets.UTF_8);
    }

    private static JsonObject json(TextSearch.Hit hit) {
        return JsonAnswer.object()
                .add("id", hit.event().toString())
                .add("line", hit.line())
                .add("column", hit.column())
                .add("length", hit.length())
                .add("excerpt", hit.excerpt())
                .add("excerptColumn", hit.excerptColumn())
                .build();
    }
}
