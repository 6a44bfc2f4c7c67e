package io.taskstream.stream;

import io.taskstream.eventlog.Batch;
import io.taskstream.eventlog.Chunk;
import io.taskstream.eventlog.EventLog.LogWatcher;
import io.taskstream.eventlog.EventLog.Watch;
import io.taskstream.eventlog.RepeatedFailures;
import io.taskstream.metrics.Ending;
import io.taskstream.task.TaskId;
import jakarta.ws.rs.sse.OutboundSseEvent;
import jakarta.ws.rs.sse.SseBroadcaster;
import jakarta.ws.rs.sse.SseEventSink;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The viewers of one task. It keeps no events: when its task's log has more, it wakes the viewers, and each takes what
 * it is missing from the log. That is done in a pass on a thread of its own, never two at a time.
 *
 * <p>Thread-safe, as JAX-RS asks of a broadcaster (Jakarta RESTful Web Services 3.1, section 9.4).
 */
public final class TaskBroadcaster implements SseBroadcaster, LogWatcher {

    private static final RepeatedFailures FAILURES = new RepeatedFailures(
            System.getLogger(TaskBroadcaster.class.getName()), "A viewer could not be served; its stream is ended");
    private static final RepeatedFailures LISTENER_FAILURES = new RepeatedFailures(
            System.getLogger(TaskBroadcaster.class.getName()), "A listener of a broadcaster failed");
    private static final long NONE = 0;

    /** After so long a read that failed is tried again. */
    private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final TaskId task;
    private final StreamContext context;
    private final Consumer<TaskBroadcaster> whenEmpty;
    private final Runnable pass = this::pass;
    private final Set<Viewer> viewers = ConcurrentHashMap.newKeySet();
    private final List<BiConsumer<SseEventSink, Throwable>> errorListeners = new CopyOnWriteArrayList<>();
    private final List<Consumer<SseEventSink>> closeListeners = new CopyOnWriteArrayList<>();
    private final AtomicInteger signals = new AtomicInteger();
    private final AtomicBoolean started = new AtomicBoolean();
    private final Object admission = new Object();

    /** Written under the lock of admission, so that nobody is admitted to a broadcaster that is closed. */
    private volatile boolean closed;

    private volatile boolean deleted;

    /** The ticker's nanoseconds of the first append that no pass has begun to serve. */
    private volatile long unservedSince = NONE;

    private volatile @Nullable Watch watch;

    /**
     * @param whenEmpty is told when the last viewer has left
     */
    TaskBroadcaster(TaskId task, StreamContext context, Consumer<TaskBroadcaster> whenEmpty) {
        this.task = task;
        this.context = context;
        this.whenEmpty = whenEmpty;
    }

    /**
     * Hears of what happens to the log from now on. Later calls do nothing.
     *
     * @throws io.taskstream.eventlog.EventLogException if the log can't be watched: then the broadcaster is closed, with
     *     all viewers it has
     */
    void start() {
        if (!started.compareAndSet(false, true)) {
            return;
        }
        try {
            watch = context.log().watch(task, this);
        } catch (RuntimeException | Error e) {
            // Nobody would ever wake those who are here already. They come again, to a broadcaster that hears.
            close();
            throw e;
        }
        if (closed) {
            stopWatching();
        }
        // A viewer that joined while the watch was being set up has not been told of what was appended then.
        comeBack();
    }

    TaskId task() {
        return task;
    }

    int viewers() {
        return viewers.size();
    }

    boolean isClosed() {
        return closed;
    }

    Set<Viewer> served() {
        return viewers;
    }

    /** For a viewer that wants only what is yet to come. */
    Cursor cursorAtEnd(Runnable wake) {
        StreamStart latest = context.log().find(task).map(StreamStart::latest).orElse(StreamStart.NOWHERE);
        return new Cursor(this::read, latest, wake, this::later, context.meters());
    }

    Cursor cursor(ViewerOptions options, Runnable wake) {
        FrameReader reader = options.traced()
                ? new TracedFrames(context.log(), task, context.fanOut().executor())
                : this::read;
        return new Cursor(reader, options.start(), wake, this::later, context.meters());
    }

    private void later(Runnable retry) {
        context.heartbeats().once(retry, context.ticker().nanos() + RETRY_NANOS);
    }

    private CompletionStage<Chunk> read(long after, int maxBytes) {
        return context.log().read(task, after, maxBytes);
    }

    /**
     * Serves the sink from now on: one of ours from where it asked to begin, any other from the next event on.
     *
     * @throws IllegalStateException if the broadcaster is closed
     */
    @Override
    public void register(SseEventSink sink) {
        Viewer viewer = admit(sink);
        if (viewer == null) {
            throw closed();
        }
        viewer.join(context.heartbeats());
    }

    /** Counts the sink among the viewers; it is served once it joins. Answers {@code null} if the broadcaster is closed. */
    @Nullable
    Viewer admit(SseEventSink sink) {
        Viewer viewer = sink instanceof ResponseEventSink ours
                ? new ResponseViewer(ours, this, context)
                : new ForeignViewer(sink, this, context);
        synchronized (admission) {
            if (closed) {
                return null;
            }
            viewers.add(viewer);
        }
        context.meters().opened().increment();
        return viewer;
    }

    /**
     * Appends the event's data to the task's log, from where every viewer gets it, also one that comes later.
     *
     * @return completes when the event is in the log. It does not wait for the viewers, of whom one may be slow.
     * @throws IllegalArgumentException if the event has no data, or a name: the log holds neither
     * @throws IllegalStateException if the broadcaster is closed
     */
    @Override
    public CompletionStage<?> broadcast(OutboundSseEvent event) {
        checkOpen();
        if (event.getData() == null || event.getName() != null) {
            throw new IllegalArgumentException("An event of a task has data and no name");
        }
        return context.log().append(task, Batch.of(List.of(context.events().bind(event.getData()))));
    }

    @Override
    public void onError(BiConsumer<SseEventSink, Throwable> onError) {
        checkOpen();
        errorListeners.add(onError);
    }

    @Override
    public void onClose(Consumer<SseEventSink> onClose) {
        checkOpen();
        closeListeners.add(onClose);
    }

    @Override
    public void close() {
        close(true);
    }

    @Override
    public void close(boolean cascading) {
        synchronized (admission) {
            if (closed) {
                return;
            }
            closed = true;
        }
        stopWatching();
        for (Viewer viewer : List.copyOf(viewers)) {
            // Who takes it out tells the listeners, here or in gone(): so they are told once.
            if (viewers.remove(viewer)) {
                dismiss(viewer, cascading);
            }
        }
        whenEmpty.accept(this);
    }

    private void dismiss(Viewer viewer, boolean closing) {
        context.meters().end(deleted ? Ending.DELETED : Ending.DRAINED);
        if (!closing) {
            viewer.leave();
            return;
        }
        try {
            viewer.end();
        } catch (RuntimeException | Error e) {
            tellError(viewer.sink(), e);
        }
        tellClosed(viewer.sink());
    }

    /** Closes if there is no viewer. Answers whether it is closed. */
    boolean retire() {
        synchronized (admission) {
            if (!viewers.isEmpty()) {
                return false;
            }
            closed = true;
        }
        stopWatching();
        return true;
    }

    private void stopWatching() {
        Watch watching = watch;
        if (watching != null) {
            watching.close();
        }
    }

    private void checkOpen() {
        if (closed) {
            throw closed();
        }
    }

    private static IllegalStateException closed() {
        return new IllegalStateException("The broadcaster is closed");
    }

    @Override
    public void appended() {
        if (unservedSince == NONE) {
            unservedSince = context.ticker().nanos() | 1;
        }
        comeBack();
    }

    /** Runs a pass soon. */
    void comeBack() {
        if (signals.getAndIncrement() == 0) {
            context.fanOut().submit(pass);
        }
    }

    @Override
    public void deleted() {
        deleted = true;
        comeBack();
    }

    private void pass() {
        int seen = signals.get();
        long began = context.ticker().nanos();
        long appended = unservedSince;
        unservedSince = NONE;
        try {
            if (deleted) {
                close();
            }
            viewers.forEach(this::serve);
        } finally {
            measure(began, appended);
            if (signals.addAndGet(-seen) != 0) {
                context.fanOut().submit(pass);
            }
        }
    }

    /** One viewer's failure is no other's. */
    private void serve(Viewer viewer) {
        try {
            viewer.wake();
        } catch (RuntimeException | Error e) {
            FAILURES.report(e);
            gone(viewer, e);
        }
    }

    private void measure(long began, long appended) {
        long now = context.ticker().nanos();
        context.meters().passes().record(now - began);
        if (appended != NONE) {
            context.meters().lag().record(now - appended);
        }
    }

    /** The viewer's connection is no more; nothing of it is kept. */
    void gone(Viewer viewer, @Nullable Throwable error) {
        if (!viewers.remove(viewer)) {
            return;
        }
        leave(viewer, viewer.isDrained() ? Ending.DRAINED : Ending.of(error));
        if (error != null) {
            tellError(viewer.sink(), error);
        }
        tellClosed(viewer.sink());
        if (viewers.isEmpty()) {
            whenEmpty.accept(this);
        }
    }

    private void leave(Viewer viewer, Ending ending) {
        viewer.leave();
        context.meters().end(ending);
    }

    private void tellError(SseEventSink sink, Throwable error) {
        errorListeners.forEach(listener -> tell(() -> listener.accept(sink, error)));
    }

    private void tellClosed(SseEventSink sink) {
        closeListeners.forEach(listener -> tell(() -> listener.accept(sink)));
    }

    /** A listener is somebody else's code, and is told by threads that serve others. */
    private static void tell(Runnable listener) {
        try {
            listener.run();
        } catch (RuntimeException | Error e) {
            LISTENER_FAILURES.report(e);
        }
    }
}
