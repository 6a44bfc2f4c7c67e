package io.taskstream.stream;

import io.taskstream.metrics.Ending;
import jakarta.ws.rs.sse.SseEventSink;

/**
 * A sink that is registered with a broadcaster, and what the broadcaster needs to serve it. As a timer it sends heartbeats
 * and ends streams that stall. A sink that shows several tasks has a viewer in the broadcaster of each.
 */
public abstract sealed class Viewer extends Heartbeats.Timer permits ResponseViewer, ForeignViewer, MergedStream.Part {

    final StreamContext context;

    /** Whether the viewer gets no further event. */
    volatile boolean detached;

    /** Whether the stream ends because the server is about to stop. */
    volatile boolean drained;

    Viewer(StreamContext context) {
        this.context = context;
    }

    abstract SseEventSink sink();

    /** Serves the viewer from now on. */
    abstract void start();

    /** Writes what the viewer is missing, as far as its connection takes bytes; never blocks. */
    abstract void wake();

    /** Serves the viewer no more. Its sink stays open. */
    final void detach() {
        detached = true;
        cancel();
    }

    /** Ends what the viewer gets of a task that was deleted. */
    void deleted() {
        close();
    }

    /** Counts that the viewer has been admitted. */
    void countOpened() {
        context.meters().opened().increment();
    }

    /** Counts that the viewer has left. */
    void countEnded(Ending ending) {
        context.meters().end(ending);
    }

    /** Closes the sink. Its timer runs on until the sink has ended, for the connection may be stalled. */
    void close() {
        sink().close();
    }

    /**
     * Sets the time after which the client reconnects once its stream has ended. Until then it gets events as before. Has no
     * effect on sinks that are no {@link ResponseEventSink}. Never blocks.
     *
     * @param millis the reconnection time (HTML Living Standard, section 9.2)
     */
    public void setRetry(long millis) {}

    /** Ends the stream because the server is about to stop, after what has been written. Never blocks. */
    public void drain() {
        drained = true;
        close();
    }
}
