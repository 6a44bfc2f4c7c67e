package io.taskstream.stream;

import io.taskstream.eventlog.Chunk;
import io.taskstream.eventlog.EventId;
import io.taskstream.eventlog.LogState;
import io.taskstream.metrics.Ending;
import io.taskstream.task.Task;
import io.taskstream.task.TaskId;
import jakarta.ws.rs.sse.SseEventSink;
import java.io.ByteArrayOutputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Several tasks as one stream: the connection has one {@link ResponseViewer}, which merges one cursor for each task. A task's
 * broadcaster has a {@link Part} among its viewers, which wakes that viewer.
 *
 * <p>After all frames that are there at a time comes the position in all tasks. So a viewer that resumes behind the last
 * position that it has got may get events again, whose task and id it knows, but misses none.
 *
 * <p>Thread-safe. What the viewer gets is confined to the viewer's writer, as everywhere.
 */
final class MergedStream implements ResponseViewer.Owner, ResponseViewer.Feed {

    /** The most bytes of one read: less than for a single task, because a frame grows by its task's name. */
    private static final int READ_BYTES = 16 * 1024;

    private static final EventId NO_EVENT = new EventId("0", 1);

    private final TaskStreams streams;
    private final StreamContext context;
    private final boolean traced;
    private final Function<LogState, Runnable> admission;
    private final ResponseViewer viewer;

    /** The tasks of which all is delivered, as far as {@link #since} does not tell. */
    private final Map<TaskId, Delivered> delivered = new ConcurrentHashMap<>();

    /** Replaced under the lock of this; in the order in which they have joined. */
    private volatile List<Part> parts = List.of();

    private volatile boolean closed;
    private volatile @Nullable TaskFinder finder;
    private volatile StreamPosition.@Nullable Since since;

    /** What the viewer knows of {@link #since}. Changed by the writer only. */
    private volatile StreamPosition.@Nullable Since told;

    // Confined to the writer.
    private int turn = -1;
    private boolean isPositionDue = true;

    /**
     * @param admission counts the stream as a viewer of the task; what it returns runs when that has ended
     */
    MergedStream(
            TaskStreams streams,
            StreamContext context,
            ResponseEventSink sink,
            Function<LogState, Runnable> admission) {
        this.streams = streams;
        this.context = context;
        this.traced = sink.options().traced();
        this.admission = admission;
        this.viewer = new ResponseViewer(sink, this, context);
    }

    private record Delivered(Instant created, EventId last) {}

    ResponseViewer viewer() {
        return viewer;
    }

    /** Has the tasks of a label join from now on, and keeps the stream open for them. */
    void follow(TaskFinder newFinder) {
        finder = newFinder;
    }

    /** Returns how many further tasks the stream can follow now; 0 once it has ended. */
    int room() {
        return closed ? 0 : StreamPosition.MAX_TASKS - parts.size();
    }

    /** Whether the stream follows the task, or has delivered all of it. */
    boolean has(Task task) {
        // In this order: a task that ends is delivered before it is no part any more.
        if (parts.stream().anyMatch(part -> part.task.equals(task.id()))) {
            return true;
        }
        Delivered known = delivered.get(task.id());
        return known != null && !known.created.isBefore(task.created());
    }

    /**
     * Adds a task; without effect once the stream has ended. May wait for a disk.
     *
     * @throws io.taskstream.eventlog.EventLogException if the log can't be watched
     */
    void join(LogState log, StartPosition start) {
        Task task = log.task();
        if (start.isPastEndOf(log)) {
            deliver(task.id(), task.created(), start.after());
            return;
        }
        Runnable release = admission.apply(log);
        streams.admit(task.id(), broadcaster -> {
            var part = new Part(broadcaster, task, start, release);
            return broadcaster.admit(part) ? part.added() : null;
        });
        viewer.wake();
    }

    /** Notes that the viewer has all of a task. */
    void deliver(TaskId task, Instant created, EventId last) {
        delivered.put(task, new Delivered(created, last));
    }

    /** Sets what is known of tasks that have not joined. They have joined before. */
    void setSince(StreamPosition.Since newSince) {
        since = newSince;
        delivered.values().removeIf(each -> each.created.isBefore(newSince.created()));
        if (isPositionOld()) {
            viewer.wake();
        }
    }

    private synchronized boolean add(Part part) {
        if (!closed) {
            parts = Stream.concat(parts.stream(), Stream.of(part)).toList();
        }
        return !closed;
    }

    private synchronized void remove(Part part) {
        parts = parts.stream().filter(each -> each != part).toList();
    }

    private synchronized List<Part> removeAll() {
        List<Part> all = parts;
        closed = true;
        parts = List.of();
        return all;
    }

    @Override
    public ResponseViewer.Feed feed(ViewerOptions options, Runnable wake) {
        return this;
    }

    @Override
    public void schedulePass() {
        context.fanOut().submit(viewer::wake);
    }

    @Override
    public @Nullable Chunk next(int maxBytes) {
        var out = new ByteArrayOutputStream(0);
        long events = 0;
        List<Part> now = parts;
        for (int i = 0; i < now.size() && out.size() < READ_BYTES; i++) {
            turn = (turn + 1) % now.size();
            Part part = now.get(turn);
            Chunk chunk = part.gone ? null : part.cursor.next(READ_BYTES - out.size());
            if (chunk != null) {
                TaskFrames.write(out, part.task, chunk);
                events += chunk.events();
                part.reached = part.cursor.reached();
            }
            if (part.gone || part.cursor.isAtEnd()) {
                end(part);
            }
        }
        if (out.size() == 0 && !isPositionDue && !isPositionOld()) {
            return null;
        }
        isPositionDue = false;
        TaskFrames.writePosition(out, position());
        return new Chunk(NO_EVENT, events, out.toByteArray(), 0, out.size(), false);
    }

    private void end(Part part) {
        deliver(part.task, part.created, part.reached);
        remove(part);
        part.leave(null);
        TaskFinder more = finder;
        if (more != null && parts.isEmpty()) {
            more.lookSoon();
        }
    }

    /** Whether so much time has passed that a viewer that resumes would have many tasks looked through. */
    private boolean isPositionOld() {
        StreamPosition.Since now = since;
        StreamPosition.Since before = told;
        return now != null
                && before != null
                && now.created().isAfter(before.created().plus(TaskFinder.LONGEST_SEARCH));
    }

    private StreamPosition position() {
        // First: a task that joins meanwhile may be in the position, but one that has joined must be.
        StreamPosition.Since now = since;
        told = now;
        Map<TaskId, EventId> tasks = new LinkedHashMap<>();
        parts.forEach(part -> tasks.put(part.task, part.reached));
        List<Map.Entry<TaskId, Delivered>> ended = new ArrayList<>(delivered.entrySet());
        ended.sort(Comparator.comparing(each -> each.getValue().created));
        // With a label the oldest may not fit. The viewer gets those again.
        for (int i = ended.size() - 1; i >= 0 && tasks.size() < StreamPosition.MAX_TASKS; i--) {
            tasks.putIfAbsent(ended.get(i).getKey(), ended.get(i).getValue().last);
        }
        return new StreamPosition(tasks, now, true);
    }

    @Override
    public boolean isAtEnd() {
        return finder == null && parts.isEmpty();
    }

    @Override
    public boolean isCaughtUp() {
        return parts.stream().allMatch(part -> part.cursor.isCaughtUp());
    }

    @Override
    public void viewerClosed(Viewer same, @Nullable Throwable error) {
        if (!streams.remove(this)) {
            return;
        }
        viewer.detach();
        viewer.countEnded(viewer.drained ? Ending.DRAINED : Ending.of(error));
        TaskFinder running = finder;
        if (running != null) {
            running.cancel();
        }
        removeAll().forEach(part -> part.leave(error));
    }

    /** One task of the stream. The broadcaster has it as a viewer of its own; its sink is that of all. */
    final class Part extends Viewer {

        private final TaskBroadcaster broadcaster;
        private final TaskId task;
        private final Instant created;
        private final Runnable release;
        private final Cursor cursor;

        /** The last event that the viewer has got. Changed by the writer only. */
        private volatile EventId reached;

        private volatile boolean gone;

        private Part(TaskBroadcaster broadcaster, Task task, StartPosition start, Runnable release) {
            super(MergedStream.this.context);
            this.broadcaster = broadcaster;
            this.task = task.id();
            this.created = task.created();
            this.release = release;
            this.cursor = broadcaster.cursor(start, traced, viewer::wake);
            this.reached = start.after();
        }

        private Part added() {
            if (!add(this)) {
                leave(null);
            }
            return this;
        }

        private void leave(@Nullable Throwable error) {
            broadcaster.viewerClosed(this, error);
            release.run();
        }

        @Override
        SseEventSink sink() {
            return viewer.sink();
        }

        @Override
        void start() {
            // The stream's viewer starts.
        }

        @Override
        void wake() {
            viewer.wake();
        }

        @Override
        void close() {
            viewer.close();
        }

        /** The other tasks go on. */
        @Override
        void deleted() {
            gone = true;
            viewer.wake();
        }

        /** The connection is counted once, not with each task. */
        @Override
        void countOpened() {}

        @Override
        void countEnded(Ending ending) {}

        /** The stream's viewer has the timer. */
        @Override
        long fire(long now) {
            cancel();
            return now;
        }
    }
}
