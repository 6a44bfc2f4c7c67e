package io.taskstream.stream;

import io.taskstream.eventlog.Chunk;
import jakarta.ws.rs.sse.OutboundSseEvent;
import jakarta.ws.rs.sse.SseEventSink;
import org.jspecify.annotations.Nullable;

/**
 * A viewer behind a sink of another maker. It gets one event at a time, the next only when the one before has been sent,
 * so that a slow one keeps a cursor here instead of a queue there.
 */
final class ForeignViewer implements Viewer {

    private static final FrameEvent HEARTBEAT = new FrameEvent(null, null, "heartbeat", null);

    private final SseEventSink sink;
    private final TaskBroadcaster broadcaster;
    private final Ticker ticker;
    private final long heartbeatNanos;
    private final Cursor cursor;
    private final SerialRunner sender = new SerialRunner(this::sendNext);

    private volatile boolean left;
    private volatile boolean drained;
    private volatile boolean sending;
    private volatile boolean heartbeatIsDue;
    private volatile long lastSent;
    private volatile Heartbeats.@Nullable Entry entry;

    ForeignViewer(SseEventSink sink, TaskBroadcaster broadcaster, StreamContext context) {
        this.sink = sink;
        this.broadcaster = broadcaster;
        this.ticker = context.ticker();
        this.heartbeatNanos = context.heartbeat().toNanos();
        this.cursor = broadcaster.cursorAtEnd(this::wake);
        this.lastSent = ticker.nanos();
    }

    @Override
    public void join(Heartbeats heartbeats) {
        enter(heartbeats.add(this, lastSent + heartbeatNanos));
        wake();
    }

    /** A sink of another maker takes its reconnection time with an event only, and may not be given one in between. */
    @Override
    public void announce(long retryMillis) {
        wake();
    }

    @Override
    public void depart() {
        drained = true;
        sink.close();
        broadcaster.gone(this, null);
    }

    @Override
    public boolean isDrained() {
        return drained;
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
        sender.run();
    }

    private void sendNext() {
        if (sending || left) {
            return;
        }
        try {
            sendOrEnd();
        } catch (RuntimeException | Error e) {
            // Whatever a sink of another maker throws, it is the end of that viewer and of nothing else.
            sent(e);
        }
    }

    private void sendOrEnd() {
        // One byte's worth of frames is one frame.
        Chunk frame = cursor.next(1);
        if (frame != null) {
            send(FrameEvent.parse(frame.bytes(), frame.offset(), frame.length()));
        } else if (cursor.isAtEnd()) {
            sink.close();
            broadcaster.gone(this, null);
        } else if (heartbeatIsDue) {
            send(HEARTBEAT);
        }
    }

    private void send(OutboundSseEvent event) {
        if (sink.isClosed()) {
            broadcaster.gone(this, null);
            return;
        }
        sending = true;
        sink.send(event).whenComplete((result, error) -> sent(error));
    }

    private void sent(@Nullable Throwable error) {
        lastSent = ticker.nanos();
        heartbeatIsDue = false;
        sending = false;
        if (error != null) {
            broadcaster.gone(this, error);
            return;
        }
        wake();
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
    public void end() {
        leave();
        sink.close();
    }

    @Override
    public long visit(long now) {
        if (now - lastSent >= heartbeatNanos) {
            heartbeatIsDue = true;
            wake();
            return now + heartbeatNanos;
        }
        return lastSent + heartbeatNanos;
    }
}
