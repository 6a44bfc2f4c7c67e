package io.taskstream.stream;

import io.taskstream.eventlog.Chunk;
import jakarta.ws.rs.sse.SseEventSink;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * A viewer behind a {@link ResponseEventSink}, which gets many frames in one write. Decides when a heartbeat is due, when
 * the viewer has stalled, and when its access ends.
 */
final class ResponseViewer extends Viewer implements ResponseEventSink.Source {

    /** The most bytes of one read; more would only lie in the container's queue. */
    private static final int READ_BYTES = 64 * 1024;

    private final Owner owner;
    private final ResponseEventSink sink;
    private final Feed feed;
    private final long heartbeatNanos;
    private final long stallNanos;

    /** How long the viewer may watch; {@link Long#MAX_VALUE} for ever. */
    private final long lifeNanos;

    private final byte[] heartbeat;

    /** The ticker's nanoseconds at which the sink was made. */
    private final long began;

    /** Whether the viewer has got all that the log held when it came. Confined to the sink's writer. */
    private boolean caughtUp;

    /** When the last heartbeat was due, not when it was written, so that lateness does not add up. Confined to sweeps. */
    private long lastHeartbeat;

    ResponseViewer(ResponseEventSink sink, Owner owner, StreamContext context) {
        super(context);
        ViewerOptions options = sink.options();
        this.owner = owner;
        this.sink = sink;
        this.feed = owner.feed(options, this::wake);
        this.heartbeatNanos = options.heartbeat().toNanos();
        this.stallNanos = options.stall().toNanos();
        this.lifeNanos =
                options.life() == null ? Long.MAX_VALUE : options.life().toNanos();
        this.heartbeat = ControlFrames.heartbeat(options.heartbeatAsEvent());
        this.began = sink.lastWrite();
        this.lastHeartbeat = began;
    }

    /** What a viewer gets: the events of one task, or of several. Confined to the viewer's writer. */
    interface Feed {

        /**
         * Returns the next frames, or {@code null} if there are none at present.
         *
         * @param maxBytes the most bytes; a single frame may have more
         */
        @Nullable
        Chunk next(int maxBytes);

        /** Whether the viewer has got the last event of each task, or the task is deleted. */
        boolean isAtEnd();

        /** Whether the viewer has got, at least once, all that the logs held. */
        boolean isCaughtUp();
    }

    /** Whom a viewer belongs to. */
    interface Owner {

        /** Makes what the viewer gets. */
        Feed feed(ViewerOptions options, Runnable wake);

        /** Has the viewer woken soon, on another thread. */
        void schedulePass();

        /** Hears that the viewer's connection has ended; the error is {@code null} if the stream was closed. */
        void viewerClosed(Viewer viewer, @Nullable Throwable error);
    }

    @Override
    SseEventSink sink() {
        return sink;
    }

    @Override
    void start() {
        context.heartbeats().start(this, nextTime(context.ticker().nanos()));
        sink.attach(this);
        wake();
    }

    @Override
    void wake() {
        sink.wake();
    }

    @Override
    public @Nullable Chunk next() {
        Chunk chunk = detached ? null : feed.next(READ_BYTES);
        if (chunk != null) {
            context.meters().wrote(chunk.events(), chunk.length());
        }
        if (!caughtUp && feed.isCaughtUp()) {
            caughtUp = true;
            context.meters().resume().record(context.ticker().nanos() - began);
        }
        return chunk;
    }

    @Override
    public boolean isAtEnd() {
        return !detached && feed.isAtEnd();
    }

    @Override
    public void scheduleWake() {
        owner.schedulePass();
    }

    @Override
    public void wroteHeartbeat() {
        context.meters().heartbeats().increment();
    }

    @Override
    public void closed(@Nullable Throwable error) {
        detach();
        owner.viewerClosed(this, error);
    }

    @Override
    public void setRetry(long millis) {
        sink.write(ControlFrames.retry(millis));
    }

    @Override
    long fire(long now) {
        if (sink.isInHeartbeat()) {
            wake();
        }
        if (isStalled(now)) {
            sink.abort(new TimeoutException("The viewer took no byte for the stall time"));
        } else if (now - began >= lifeNanos) {
            sink.close("access expired");
        } else {
            beginHeartbeatIfDue(now);
        }
        if (sink.isInHeartbeat() && sink.blockedSince() == 0) {
            // In the next sweep: by then a client that has left has answered the first write with a reset.
            return now + 1;
        }
        return nextTime(now);
    }

    private void beginHeartbeatIfDue(long now) {
        long silentSince = sink.lastWrite();
        long due = heartbeatDue(silentSince);
        // If another thread is writing, the heartbeat stays due, and the next sweep tries again.
        if (due - now <= 0 && sink.beginHeartbeat(heartbeat, silentSince)) {
            // After a long pause the interval starts anew, so that missed heartbeats do not follow in a burst.
            lastHeartbeat = now - due < heartbeatNanos ? due : now;
        }
    }

    private long heartbeatDue(long lastWrite) {
        long last = lastWrite - lastHeartbeat > 0 ? lastWrite : lastHeartbeat;
        return last + heartbeatNanos;
    }

    private boolean isStalled(long now) {
        long since = sink.blockedSince();
        return since != 0 && now - since >= stallNanos;
    }

    private long nextTime(long now) {
        long since = sink.blockedSince();
        long stalled = (since == 0 ? now : since) + stallNanos;
        long due = heartbeatDue(sink.lastWrite());
        long next = due - stalled < 0 ? due : stalled;
        long remaining = lifeNanos - (now - began);
        return remaining < next - now ? now + Math.max(0, remaining) : next;
    }
}
