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
import io.taskstream.text.LineIndex;
import io.taskstream.text.LineIndex.Place;
import io.taskstream.text.TextReader;
import jakarta.json.JsonValue;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.http.HttpServletRequest;
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
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Which line of a task is in which event. */
@Path("tasks/{id}/lines")
public class LinesResource {

    /** How long one request counts; the next one goes on. */
    private static final long MOST_NANOS = Duration.ofSeconds(1).toNanos();

    private static final int MOST_INDEXES = 16;

    private final LinePublisher.Context context;
    private final ViewerQuotas quotas;
    private final Ticker ticker;

    /** Those of the tasks that were asked for last, by the task and the first event. */
    private final Map<String, LineIndex> indexes = new LinkedHashMap<>(16, 0.75f, true);

    public LinesResource(LinePublisher.Context context, ViewerQuotas quotas, Ticker ticker) {
        this.context = context;
        this.quotas = quotas;
        this.ticker = ticker;
    }

    @GET
    @RequiresPermission(Permission.WATCH)
    @Produces(MediaType.APPLICATION_JSON)
    public void find(
            @PathParam("id") TaskId id,
            @QueryParam("line") @Nullable String line,
            @QueryParam("from") @Nullable String from,
            @Context SecurityContext caller,
            @Context HttpServletRequest request,
            @Suspended AsyncResponse response) {
        LogState log = Parameters.task(context.log(), id);
        long sequence = Math.max(log.oldest(), Parameters.from(from, log));
        long number = line == null ? 0 : Parameters.number("line", line, 1, Long.MAX_VALUE);
        LineIndex index = index(id, log);
        Caller viewer = Caller.of(caller);
        Runnable release = quotas.admit(id, log.viewersElsewhere(), viewer.grant(), viewer.address());
        AsyncContext exchange = request.getAsyncContext();
        exchange.setTimeout(0);
        long began = ticker.nanos();
        BooleanSupplier mustStop = () -> ticker.nanos() - began >= MOST_NANOS;
        CompletionStage<@Nullable Place> found = number > 0
                ? index.beforeLine(number, context.executor(), mustStop)
                : index.beforeEvent(sequence, context.executor(), mustStop);
        found.whenComplete((place, error) -> {
            release.run();
            try {
                if (error != null) {
                    throw new CompletionException(error);
                }
                QuickAnswer.send(exchange, answer(place, log.oldest() - 1));
            } catch (IOException | RuntimeException | Error e) {
                response.resume(e);
            }
        });
    }

    private LineIndex index(TaskId id, LogState log) {
        EventId first = log.last().at(log.oldest());
        synchronized (indexes) {
            LineIndex index = indexes.computeIfAbsent(
                    id + "/" + first, key -> new LineIndex(first, at -> reader(id, first.at(at))));
            if (indexes.size() > MOST_INDEXES) {
                indexes.remove(indexes.keySet().iterator().next());
            }
            return index;
        }
    }

    private TextReader reader(TaskId id, EventId from) {
        long last = Parameters.task(context.log(), id).last().sequence();
        return new TextReader(context.log(), context.events(), id, from, last);
    }

    private static byte[] answer(@Nullable Place place, long missing) {
        return JsonAnswer.object()
                .add("id", JsonAnswer.orNull(place == null ? null : place.event()))
                .add("line", place == null ? JsonValue.NULL : JsonAnswer.JSON.createValue(place.line()))
                .add("begun", place != null && place.isBegun())
                .add("missing", missing)
                .build()
                .toString()
                .getBytes(StandardCharsets.UTF_8);
    }
}
