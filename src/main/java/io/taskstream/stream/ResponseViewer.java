package io.taskstream.stream;

import io.taskstream.eventlog.Chunk;
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

    private volatile boolean left;
    private volatile Heartbeats.@Nullable Entry entry;

    /** When the last heartbeat was due, not when it was written: so lateness never adds up. Touched by sweeps only. */
    private long lastHeartbeat;

    ResponseViewer(ResponseEventSink sink, TaskBroadcaster broadcaster, Ticker ticker) {
        ViewerOptions options = sink.options();
        this.sink = sink;
        this.broadcaster = broadcaster;
        this.ticker = ticker;
        this.cursor = broadcaster.cursor(options.start(), this::wake);
        this.heartbeatNanos = options.heartbeat().toNanos();
        this.stallNanos = options.stall().toNanos();
        this.lifeNanos =
                options.life() == null ? Long.MAX_VALUE : options.life().toNanos();
        this.began = sink.lastWrite();
        this.heartbeat = ControlFrames.heartbeat(options.heartbeatAsEvent());
        this.lastHeartbeat = sink.lastWrite();
    }

    @Override
    public void join(Heartbeats heartbeats) {
        enter(heartbeats.add(this, nextVisit(ticker.nanos())));
        sink.attach(this);
        wake();
    }

    private void enter(Heartbeats.Entry place) {
        entry = place;
        if (left) {
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
        return left ? null : cursor.next(READ_BYTES);
    }

    @Override
    public boolean isAtEnd() {
        return !left && cursor.isAtEnd();
    }

    @Override
    public void comeBack() {
        broadcaster.appended();
    }

    @Override
    public void closed(@Nullable Throwable error) {
        broadcaster.gone(this, error);
    }

    @Override
    public void leave() {
        left = true;
        Heartbeats.Entry place = entry;
        if (place != null) {
            place.remove();
        }
    }

    @Override
    public long visit(long now) {
        if (isStalled(now)) {
            sink.abort(new TimeoutException("The viewer took no byte for the stall time"));
        } else if (now - began >= lifeNanos) {
            sink.close("access expired");
        } else if (heartbeatDue() - now <= 0) {
            beat(now);
        }
        return nextVisit(now);
    }

    private void beat(long now) {
        long due = heartbeatDue();
        sink.writeIfIdle(heartbeat);
        lastHeartbeat = now - due < heartbeatNanos ? due : now;
    }

    private long heartbeatDue() {
        return later(sink.lastWrite(), lastHeartbeat) + heartbeatNanos;
    }

    private boolean isStalled(long now) {
        long since = sink.blockedSince();
        return since != 0 && now - since >= stallNanos;
    }

    private long nextVisit(long now) {
        long since = sink.blockedSince();
        long stalled = (since == 0 ? now : since) + stallNanos;
        long due = heartbeatDue();
        long next = due - stalled < 0 ? due : stalled;
        long left = lifeNanos - (now - began);
        return left > 0 && left < next - now ? now + left : next;
    }

    private static long later(long a, long b) {
        return a - b > 0 ? a : b;
    }
}
