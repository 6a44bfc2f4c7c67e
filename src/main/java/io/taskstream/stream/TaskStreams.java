package io.taskstream.stream;

import io.taskstream.eventlog.LogState;
import io.taskstream.eventlog.TaskQuery;
import io.taskstream.metrics.StreamMeters;
import io.taskstream.task.TaskId;
import jakarta.servlet.AsyncContext;
import jakarta.ws.rs.sse.SseEventSink;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The broadcasters of all tasks that have viewers on this server. Thread-safe. */
public final class TaskStreams implements AutoCloseable {

    private final ConcurrentMap<TaskId, TaskBroadcaster> broadcasters = new ConcurrentHashMap<>();
    private final Set<MergedStream> merged = ConcurrentHashMap.newKeySet();
    private final StreamContext context;
    private final TaskFinder.Newest newest;

    private volatile @Nullable Duration drainWindow;

    public TaskStreams(StreamContext context) {
        this.context = context;
        this.newest = new TaskFinder.Newest(context.log(), context.time());
        context.heartbeats().start(context.fanOut().retries(), context.ticker().nanos());
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
        admit(task, broadcaster -> broadcaster.admit(sink)).start();
    }

    /**
     * Registers the sink as a viewer of several tasks, and ends it when all have ended. An event frame has its task, and a frame
     * with only an {@code id} the position in all of them.
     *
     * @param tasks of which any may be deleted meanwhile
     * @param position the last position that the viewer has
     * @param from returns where a task begins that the position does not name
     * @param admission counts the stream as a viewer of the task; what it returns runs when that has ended
     * @throws io.taskstream.eventlog.EventLogException if a log can't be watched; the sink is not registered then
     */
    public void register(
            List<LogState> tasks,
            StreamPosition position,
            Function<LogState, StartPosition> from,
            Function<LogState, Runnable> admission,
            ResponseEventSink sink) {
        register(new MergedStream(this, context, sink, admission), stream -> {
            position.tasks().forEach((id, last) -> stream.deliver(id, Instant.MIN, last));
            tasks.forEach(log -> stream.join(log, position.start(log, from)));
        });
    }

    /**
     * Does the same for all tasks that match the query: those that are open, and those that appear later. Such a stream does not
     * end by itself.
     *
     * @param wanted its status, limit and page do not count
     */
    public void register(
            TaskQuery wanted,
            StreamPosition position,
            Function<LogState, StartPosition> from,
            Function<LogState, Runnable> admission,
            ResponseEventSink sink) {
        register(new MergedStream(this, context, sink, admission), stream -> {
            var finder = new TaskFinder(context, newest, stream, wanted, from);
            stream.follow(finder);
            finder.begin(position);
        });
    }

    private void register(MergedStream stream, Consumer<MergedStream> join) {
        merged.add(stream);
        stream.viewer().countOpened();
        try {
            join.accept(stream);
            stream.viewer().start();
        } catch (RuntimeException | Error e) {
            stream.viewerClosed(stream.viewer(), e);
            throw e;
        }
    }

    /** Forgets a stream of several tasks; returns whether it was known. */
    boolean remove(MergedStream stream) {
        return merged.remove(stream);
    }

    /**
     * Adds a viewer to the task's broadcaster.
     *
     * @param admission adds it; returns {@code null} if the broadcaster is closed
     */
    Viewer admit(TaskId task, Function<TaskBroadcaster, @Nullable Viewer> admission) {
        while (true) {
            TaskBroadcaster broadcaster =
                    broadcasters.computeIfAbsent(task, id -> new TaskBroadcaster(id, context, this::removeIfEmpty));
            Viewer viewer = admission.apply(broadcaster);
            if (viewer != null) {
                // After admit: if the task has been deleted, this closes the broadcaster, and the viewer with it.
                broadcaster.start();
                return viewer;
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
        return Stream.concat(
                        merged.stream().map(MergedStream::viewer),
                        broadcasters.values().stream()
                                .flatMap(broadcaster -> broadcaster.viewers().stream())
                                .filter(viewer -> !(viewer instanceof MergedStream.Part)))
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
        merged.forEach(stream -> stream.viewer().drain());
        broadcasters.values().forEach(TaskBroadcaster::close);
    }
}
