package io.taskstream.stream;

import io.taskstream.eventlog.Batch;
import io.taskstream.eventlog.EventLog;
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
 * The viewers of one task. It keeps no events: after an append it wakes the viewers, and each reads what it is missing from
 * the task's log. That is done in a <em>pass</em> on a thread of {@link FanOut}, never on the publisher's thread, and never
 * in two passes of one task at a time: {@link #schedulePass} holds that invariant.
 *
 * <p>Thread-safe, as JAX-RS asks of a broadcaster (Jakarta RESTful Web Services 3.1, section 9.4).
 */
public final class TaskBroadcaster implements SseBroadcaster, LogWatcher, ResponseViewer.Owner {

    private static final RepeatedFailures FAILURES = new RepeatedFailures(
            System.getLogger(TaskBroadcaster.class.getName()), "A viewer could not be served; its stream is ended");
    private static final RepeatedFailures LISTENER_FAILURES = new RepeatedFailures(
            System.getLogger(TaskBroadcaster.class.getName()), "A listener of a broadcaster failed");
    private static final long NONE = 0;

    /** The time after which a read that failed is tried again. */
    private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final TaskId task;
    private final StreamContext context;
    private final Consumer<TaskBroadcaster> onEmpty;
    private final Runnable pass = this::pass;
    private final Set<Viewer> viewers = ConcurrentHashMap.newKeySet();
    private final List<BiConsumer<SseEventSink, Throwable>> errorListeners = new CopyOnWriteArrayList<>();
    private final List<Consumer<SseEventSink>> closeListeners = new CopyOnWriteArrayList<>();
    private final AtomicInteger signals = new AtomicInteger();

    /** How many passes have begun; may overflow. */
    private final AtomicInteger passes = new AtomicInteger();

    private final AtomicBoolean started = new AtomicBoolean();
    private final Object admission = new Object();
    private final ProducerWatch producers;

    /** Set under the lock {@link #admission}, so that a closed broadcaster admits no viewer. */
    private volatile boolean closed;

    private volatile boolean deleted;

    /** The ticker's nanoseconds of the first append since the last pass began; {@link #NONE} if there was none. */
    private volatile long firstAppend = NONE;

    private volatile @Nullable Watch watch;

    /**
     * @param onEmpty called when the last viewer has left, or the broadcaster is closed
     */
    TaskBroadcaster(TaskId task, StreamContext context, Consumer<TaskBroadcaster> onEmpty) {
        this.task = task;
        this.context = context;
        this.onEmpty = onEmpty;
        this.producers = new ProducerWatch(task, context, this::schedulePass);
    }

    /**
     * Watches the log from now on. Later calls do nothing.
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
            // Nothing would ever wake the viewers it has. Once closed, they reconnect, to another broadcaster.
            close();
            throw e;
        }
        producers.start();
        if (closed) {
            stopWatching();
        }
        // A viewer that joined before the watch was set up may have missed an append.
        schedulePass();
    }

    TaskId task() {
        return task;
    }

    Set<Viewer> viewers() {
        return viewers;
    }

    @Override
    public Cursor feed(ViewerOptions options, Runnable wake) {
        return cursor(options.start(), options.traced(), wake);
    }

    /** Returns a cursor into the task's log for a viewer. */
    Cursor cursor(StartPosition start, boolean traced, Runnable wake) {
        EventLog log = context.log();
        FrameReader reader = traced
                ? FrameReader.traced(log, task, context.fanOut().executor())
                : (after, maxBytes) -> log.read(task, after, maxBytes);
        return new Cursor(reader, start, wake, this::retryLater, producers::snapshot, passes::get, context.meters());
    }

    private void retryLater(Runnable retry) {
        context.heartbeats().runOnce(retry, context.ticker().nanos() + RETRY_NANOS);
    }

    /**
     * Serves the sink from now on: a {@link ResponseEventSink} from where its viewer asked to begin, any other sink from the
     * next event on.
     *
     * @throws IllegalStateException if the broadcaster is closed
     */
    @Override
    public void register(SseEventSink sink) {
        Viewer viewer = admit(sink);
        if (viewer == null) {
            throw closedException();
        }
        viewer.start();
    }

    /** Adds a viewer that is not served yet; returns {@code null} if the broadcaster is closed. */
    @Nullable
    Viewer admit(SseEventSink sink) {
        Viewer viewer = sink instanceof ResponseEventSink response
                ? new ResponseViewer(response, this, context)
                : new ForeignViewer(sink, this, context);
        return admit(viewer) ? viewer : null;
    }

    /** Adds a viewer that is not served yet; returns false if the broadcaster is closed. */
    boolean admit(Viewer viewer) {
        synchronized (admission) {
            if (closed) {
                return false;
            }
            viewers.add(viewer);
        }
        viewer.countOpened();
        return true;
    }

    /**
     * Appends the event's data to the task's log, from which every viewer gets it, also one that comes later.
     *
     * @return completes when the event is in the log; it does not wait for viewers, for any of them may be slow
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
            // The thread that removes a viewer, here or in viewerClosed, calls the listeners: once.
            if (viewers.remove(viewer)) {
                viewer.countEnded(deleted ? Ending.DELETED : Ending.DRAINED);
                if (cascading) {
                    close(viewer);
                } else {
                    viewer.detach();
                }
            }
        }
        onEmpty.accept(this);
    }

    private void close(Viewer viewer) {
        try {
            if (deleted) {
                viewer.deleted();
            } else {
                viewer.close();
            }
        } catch (RuntimeException | Error e) {
            notifyError(viewer.sink(), e);
        }
        notifyClosed(viewer.sink());
    }

    /** Closes the broadcaster if it has no viewer; returns whether it has none. */
    boolean closeIfEmpty() {
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
        producers.cancel();
        Watch watching = watch;
        if (watching != null) {
            watching.close();
        }
    }

    private void checkOpen() {
        if (closed) {
            throw closedException();
        }
    }

    private static IllegalStateException closedException() {
        return new IllegalStateException("The broadcaster is closed");
    }

    @Override
    public void appended() {
        if (firstAppend == NONE) {
            firstAppend = context.ticker().nanos() | 1;
        }
        producers.appended();
        schedulePass();
    }

    @Override
    public void deleted() {
        deleted = true;
        schedulePass();
    }

    /**
     * Has a pass begin after this call. Only the first signal submits the pass; later ones are counted, and the pass that
     * sees them at its end submits the next. So no two passes of a task ever run or wait at a time, and under load one pass
     * serves many appends.
     */
    @Override
    public void schedulePass() {
        if (signals.getAndIncrement() == 0) {
            context.fanOut().submit(pass);
        }
    }

    private void pass() {
        int seen = signals.get();
        long began = context.ticker().nanos();
        long appended = firstAppend;
        firstAppend = NONE;
        passes.incrementAndGet();
        try {
            if (deleted) {
                close();
            }
            viewers.forEach(this::serve);
        } finally {
            long ended = context.ticker().nanos();
            context.meters().passes().record(ended - began);
            if (appended != NONE) {
                context.meters().lag().record(ended - appended);
            }
            if (signals.addAndGet(-seen) != 0) {
                context.fanOut().submit(pass);
            }
        }
    }

    /** A viewer that fails delays no other. */
    private void serve(Viewer viewer) {
        try {
            viewer.wake();
        } catch (RuntimeException | Error e) {
            FAILURES.report(e);
            viewerClosed(viewer, e);
        }
    }

    /**
     * Removes a viewer whose connection has ended, and calls the listeners.
     *
     * @param error why it ended; {@code null} if the stream was closed
     */
    @Override
    public void viewerClosed(Viewer viewer, @Nullable Throwable error) {
        if (!viewers.remove(viewer)) {
            return;
        }
        viewer.detach();
        viewer.countEnded(viewer.drained ? Ending.DRAINED : Ending.of(error));
        if (error != null) {
            notifyError(viewer.sink(), error);
        }
        notifyClosed(viewer.sink());
        if (viewers.isEmpty()) {
            onEmpty.accept(this);
        }
    }

    private void notifyError(SseEventSink sink, Throwable error) {
        errorListeners.forEach(listener -> call(() -> listener.accept(sink, error)));
    }

    private void notifyClosed(SseEventSink sink) {
        closeListeners.forEach(listener -> call(() -> listener.accept(sink)));
    }

    /** A listener runs on threads that serve other viewers, which its failure must not end. */
    private static void call(Runnable listener) {
        try {
            listener.run();
        } catch (RuntimeException | Error e) {
            LISTENER_FAILURES.report(e);
        }
    }
}
