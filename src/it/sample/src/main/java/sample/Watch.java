package sample;

import io.taskstream.client.StreamItem;
import jakarta.json.bind.Jsonb;
import jakarta.json.bind.JsonbBuilder;
import jakarta.json.bind.JsonbException;
import jakarta.ws.rs.client.WebTarget;
import jakarta.ws.rs.sse.InboundSseEvent;
import jakarta.ws.rs.sse.SseEventSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

// begin: watch
/** Watches a task until it is done, through lost connections and restarts. No item is left out, and none comes twice. */
final class Watch implements AutoCloseable {

    private final Jsonb jsonb = JsonbBuilder.create();
    private final WebTarget stream;
    private final ScheduledExecutorService timers;
    private final Consumer<StreamItem> listener;
    private SseEventSource source;
    private Future<?> reopening = CompletableFuture.completedFuture(null);
    private String last = "";
    private long delaySeconds = 1;
    private boolean isClosed;

    Watch(WebTarget task, ScheduledExecutorService timers, Consumer<StreamItem> listener) {
        this.stream = task.path("stream");
        this.timers = timers;
        this.listener = listener;
        timers.execute(this::open);
    }

    private synchronized void open() {
        if (!isClosed) {
            source = SseEventSource.target(stream.queryParam("lastEventId", last))
                    .reconnectingEvery(2, TimeUnit.SECONDS)
                    .build();
            source.register(this::accept, this::failed);
            source.open();
        }
    }

    private synchronized void accept(InboundSseEvent event) {
        if (event.getId() == null || isClosed) {
            return; // a heartbeat, or an event named lag, gap or producer
        }
        last = event.getId();
        delaySeconds = 1;
        try {
            StreamItem item = jsonb.fromJson(event.readData(), StreamItem.class);
            listener.accept(item);
            if (item instanceof StreamItem.Done) {
                timers.execute(this::close);
            }
        } catch (JsonbException e) {
            // JSON of another kind, which is no item.
        }
    }

    /** The source has given up: nothing accepts connections, or the answer is no stream. */
    private synchronized void failed(Throwable reason) {
        if (source != null) {
            source = null;
            reopening = timers.schedule(this::open, delaySeconds, TimeUnit.SECONDS);
            delaySeconds = Math.min(30, 2 * delaySeconds);
        }
    }

    @Override
    public void close() {
        SseEventSource open;
        synchronized (this) {
            isClosed = true;
            reopening.cancel(false);
            open = source;
        }
        if (open != null) {
            open.close();
        }
    }
}
// end: watch
