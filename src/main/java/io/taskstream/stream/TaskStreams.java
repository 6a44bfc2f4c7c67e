package io.taskstream.stream;

import io.taskstream.metrics.StreamMeters;
import io.taskstream.task.TaskId;
import jakarta.servlet.AsyncContext;
import jakarta.ws.rs.sse.SseEventSink;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;

/** The broadcasters of all tasks that have viewers on this server. Thread-safe. */
public final class TaskStreams implements AutoCloseable {

    private final ConcurrentMap<TaskId, TaskBroadcaster> broadcasters = new ConcurrentHashMap<>();
    private final StreamContext context;

    private volatile @Nullable Duration drainWindow;

    public TaskStreams(StreamContext context) {
        this.context = context;
    }

    /**
     * Returns a sink that writes to the viewer of a request. The head of its response is set, and nothing is written.
     *
     * @throws IOException if the response has no output
     */
    public ResponseEventSink sink(AsyncContext exchange, ViewerOptions options) throws IOException {
        return new ResponseEventSink(exchange, options, context.ticker(), context.events());
    }

    /**
     * Registers the sink with the task's broadcaster. If the task has been deleted, its stream ends at once.
     *
     * @throws io.taskstream.eventlog.EventLogException if the log can't be watched; the sink is not registered then
     */
    public void register(TaskId task, SseEventSink sink) {
        while (true) {
            TaskBroadcaster broadcaster =
                    broadcasters.computeIfAbsent(task, id -> new TaskBroadcaster(id, context, this::removeIfEmpty));
            Viewer viewer = broadcaster.admit(sink);
            if (viewer != null) {
                // After admit: if the task has been deleted, this closes the broadcaster, and the viewer with it.
                broadcaster.start();
                viewer.start();
                return;
            }
            // The broadcaster was closed meanwhile.
            broadcasters.remove(task, broadcaster);
        }
    }

    private void removeIfEmpty(TaskBroadcaster broadcaster) {
        broadcasters.computeIfPresent(
                broadcaster.task(), (id, present) -> present == broadcaster && present.closeIfEmpty() ? null : present);
    }

    /** Returns how many viewers the task has on this server. */
    public int viewers(TaskId task) {
        TaskBroadcaster broadcaster = broadcasters.get(task);
        return broadcaster == null ? 0 : broadcaster.viewers().size();
    }

    /**
     * Begins to drain: from now on {@link #drainWindow()} is set, and resources that ask for it admit no further viewer.
     *
     * @param window the time until all viewers have been sent away
     * @return the viewers that are to be sent away
     */
    public List<Viewer> beginDrain(Duration window) {
        drainWindow = window;
        return broadcasters.values().stream()
                .flatMap(broadcaster -> broadcaster.viewers().stream())
                .toList();
    }

    /** Returns the window of the drain that has begun; {@code null} as long as viewers are admitted. */
    public @Nullable Duration drainWindow() {
        return drainWindow;
    }

    /** Returns the counters of what happens to viewers. */
    public StreamMeters meters() {
        return context.meters();
    }

    /** Ends all streams. */
    @Override
    public void close() {
        broadcasters.values().forEach(TaskBroadcaster::close);
    }
}
