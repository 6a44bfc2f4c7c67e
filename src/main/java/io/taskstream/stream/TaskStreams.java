package io.taskstream.stream;

import static java.util.Objects.requireNonNull;

import io.taskstream.metrics.StreamMeters;
import io.taskstream.task.TaskId;
import jakarta.servlet.AsyncContext;
import jakarta.ws.rs.sse.SseEventSink;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** The broadcasters of the tasks that are being watched. A task that nobody watches has none. Thread-safe. */
public final class TaskStreams implements AutoCloseable {

    private final ConcurrentMap<TaskId, TaskBroadcaster> broadcasters = new ConcurrentHashMap<>();
    private final StreamContext context;

    private volatile @Nullable Duration drainWindow;

    public TaskStreams(StreamContext context) {
        this.context = context;
    }

    /**
     * A sink that writes to the viewer of a request, whose response has its head set and nothing written.
     *
     * @throws IOException if the response has no output
     */
    public ResponseEventSink sink(AsyncContext exchange, ViewerOptions options) throws IOException {
        return new ResponseEventSink(exchange, options, context.ticker(), context.events());
    }

    /**
     * Registers the sink with the task's broadcaster. If the task is gone meanwhile, its stream ends at once.
     *
     * @throws io.taskstream.eventlog.EventLogException if the log can't be watched; the sink is not registered then
     */
    public void register(TaskId task, SseEventSink sink) {
        var admitted = new AtomicReference<@Nullable Viewer>();
        TaskBroadcaster broadcaster = broadcasters.compute(task, (id, present) -> {
            Viewer viewer = present == null ? null : present.admit(sink);
            if (present != null && viewer != null) {
                admitted.set(viewer);
                return present;
            }
            var fresh = new TaskBroadcaster(id, context, this::retire);
            admitted.set(fresh.admit(sink));
            return fresh;
        });
        // With a viewer already: that the task is gone, if it is, is told at once, and closes the broadcaster.
        broadcaster.start();
        requireNonNull(admitted.get()).join(context.heartbeats());
    }

    private void retire(TaskBroadcaster broadcaster) {
        broadcasters.computeIfPresent(
                broadcaster.task(), (id, present) -> present == broadcaster && present.retire() ? null : present);
    }

    /** How many viewers the task has on this server. */
    public int viewers(TaskId task) {
        TaskBroadcaster broadcaster = broadcasters.get(task);
        return broadcaster == null ? 0 : broadcaster.viewers();
    }

    /**
     * Has no further viewer admitted from now on, by whoever asks {@link #drainWindow()} before, and answers those who
     * are here.
     *
     * @param window how long it will take until all have left
     */
    public List<Departure> beginDrain(Duration window) {
        drainWindow = window;
        return broadcasters.values().stream()
                .<Departure>flatMap(broadcaster -> broadcaster.served().stream())
                .toList();
    }

    /** How long it takes to send all viewers away; {@code null} as long as new ones are admitted. */
    public @Nullable Duration drainWindow() {
        return drainWindow;
    }

    /** What is counted about the viewers. */
    public StreamMeters meters() {
        return context.meters();
    }

    /** Ends all streams. */
    @Override
    public void close() {
        broadcasters.values().forEach(TaskBroadcaster::close);
    }
}
