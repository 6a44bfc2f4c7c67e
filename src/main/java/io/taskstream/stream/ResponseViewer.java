package io.taskstream.stream;

import io.taskstream.eventlog.Chunk;
import io.taskstream.metrics.StreamMeters;
import jakarta.ws.rs.sse.SseEventSink;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** A viewer whose connection is ours: it gets many frames in one write, and is looked after while it is idle. */
final class ResponseViewer implements Viewer, FrameSource {

    /** What is read, and handed to the container, at once; more would only lie in its queue. In bytes. */
    private static final int READ_BYTES = 64 * 1024;

    private final ResponseEventSink sink;
    private final Cursor cursor;
    private final TaskBroadcaster broadcaster;
    private final Ticker ticker;
    private final long heartbeatNanos;
    private final long stallNanos;

    /** How long the viewer may watch, from when the sink was made; {@link Long#MAX_VALUE} for ever. */
    private final long lifeNanos;

    private final long began;
    private final byte[] heartbeat;
    private final StreamMeters meters;
    private final long came;

    /** Whether it gets no further event. */
    private volatile boolean left;

    private volatile boolean drained;

    /** Whether it is not looked after any more. */
    private volatile boolean forgotten;

    private volatile Heartbeats.@Nullable Entry entry;

    /** Whether it has got all that the log held when it came. Touched by the writer only. */
    private boolean caughtUp;

    /** When the last heartbeat was due, not when it was written: so lateness never adds up. Touched by sweeps only. */
    private long lastHeartbeat;

    ResponseViewer(ResponseEventSink sink, TaskBroadcaster broadcaster, StreamContext context) {
        ViewerOptions options = sink.options();
        this.sink = sink;
        this.broadcaster = broadcaster;
        this.ticker = context.ticker();
        this.meters = context.meters();
        this.cursor = broadcaster.cursor(options, this::wake);
        this.heartbeatNanos = options.heartbeat().toNanos();
        this.stallNanos = options.stall().toNanos();
        this.lifeNanos =
                options.life() == null ? Long.MAX_VALUE : options.life().toNanos();
        this.began = sink.lastWrite();
        this.heartbeat = ControlFrames.heartbeat(options.heartbeatAsEvent());
        this.lastHeartbeat = sink.lastWrite();
        this.came = sink.lastWrite();
    }

    @Override
    public void join(Heartbeats heartbeats) {
        enter(heartbeats.add(this, nextVisit(ticker.nanos())));
        sink.attach(this);
        wake();
    }

    private void enter(Heartbeats.Entry place) {
        entry = place;
        if (forgotten) {
            place.remove();
        }
    }

    @Override
    public SseEventSink sink() {
        return sink;
    }

    @Override
    public void wake() {
        sink.wake();
    }

    @Override
    public @Nullable Chunk next() {
        Chunk chunk = left ? null : cursor.next(READ_BYTES);
        if (chunk != null) {
            meters.wrote(chunk.events(), chunk.length());
        }
        if (!caughtUp && cursor.isCaughtUp()) {
            caughtUp = true;
            meters.resume().record(ticker.nanos() - came);
        }
        return chunk;
    }

    @Override
    public void wroteHeartbeat() {
        meters.heartbeats().increment();
    }

    @Override
    public void announce(long retryMillis) {
        sink.announce(retryMillis);
    }

    @Override
    public void depart() {
        drained = true;
        sink.close();
    }

    @Override
    public boolean isDrained() {
        return drained;
    }

    @Override
    public boolean isAtEnd() {
        return !left && cursor.isAtEnd();
    }

    @Override
    public void comeBack() {
        broadcaster.comeBack();
    }

    @Override
    public void closed(@Nullable Throwable error) {
        leave();
        broadcaster.gone(this, error);
    }

    @Override
    public void leave() {
        left = true;
        forgotten = true;
        Heartbeats.Entry place = entry;
        if (place != null) {
            place.remove();
        }
    }

    /** It is looked after until the sink has ended, for it may be stalled. */
    @Override
    public void end() {
        left = true;
        sink.close();
    }

    @Override
    public long visit(long now) {
        if (sink.isInHeartbeat()) {
            wake();
        }
        if (isStalled(now)) {
            sink.abort(new TimeoutException("The viewer took no byte for the stall time"));
        } else if (now - began >= lifeNanos) {
            sink.close("access expired");
        } else {
            beat(now);
        }
        if (sink.isInHeartbeat() && sink.blockedSince() == 0) {
            // With the next sweep: by then a viewer that has left has answered the first write by a reset.
            return now + 1;
        }
        return nextVisit(now);
    }

    /** If it can't be told whether something is being written, the time stays due, and the next sweep tries again. */
    private void beat(long now) {
        long silentSince = sink.lastWrite();
        long due = heartbeatDue(silentSince);
        if (due - now <= 0 && sink.beginHeartbeat(heartbeat, silentSince)) {
            lastHeartbeat = now - due < heartbeatNanos ? due : now;
        }
    }

    private long heartbeatDue(long lastWrite) {
        return later(lastWrite, lastHeartbeat) + heartbeatNanos;
    }

    private boolean isStalled(long now) {
        long since = sink.blockedSince();
        return since != 0 && now - since >= stallNanos;
    }

    private long nextVisit(long now) {
        long since = sink.blockedSince();
        long stalled = (since == 0 ? now : since) + stallNanos;
        long due = heartbeatDue(sink.lastWrite());
        long next = due - stalled < 0 ? due : stalled;
        long remaining = lifeNanos - (now - began);
        return remaining < next - now ? now + Math.max(0, remaining) : next;
    }

    private static long later(long a, long b) {
        return a - b > 0 ? a : b;
    }
}
