package io.taskstream.stream;

import io.taskstream.eventlog.Chunk;
import io.taskstream.eventlog.Frames;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.sse.OutboundSseEvent;
import jakarta.ws.rs.sse.SseEvent;
import jakarta.ws.rs.sse.SseEventSink;
import java.lang.reflect.Type;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * A viewer behind a sink of another JAX-RS implementation, from the next event on. Each event is sent after the one before
 * has been sent, so that a slow sink costs a cursor here instead of a queue there.
 */
final class ForeignViewer extends Viewer {

    private static final Event HEARTBEAT = new Event(null, null, "heartbeat", null);

    private final TaskBroadcaster broadcaster;
    private final SseEventSink sink;
    private final Cursor cursor;
    private final long heartbeatNanos;
    private final SerialRunner sender = new SerialRunner(this::sendNext);

    private volatile boolean sending;
    private volatile boolean heartbeatIsDue;
    private volatile long lastSent;

    ForeignViewer(SseEventSink sink, TaskBroadcaster broadcaster, StreamContext context) {
        super(context);
        this.broadcaster = broadcaster;
        this.sink = sink;
        StartPosition end = context.log()
                .find(broadcaster.task())
                .map(StartPosition::latest)
                .orElse(StartPosition.UNKNOWN);
        this.cursor = broadcaster.cursor(end, false, this::wake);
        this.heartbeatNanos = context.heartbeat().toNanos();
        this.lastSent = context.ticker().nanos();
    }

    @Override
    SseEventSink sink() {
        return sink;
    }

    @Override
    void start() {
        context.heartbeats().start(this, lastSent + heartbeatNanos);
        wake();
    }

    @Override
    void wake() {
        sender.run();
    }

    private void sendNext() {
        if (sending || detached) {
            return;
        }
        try {
            // At most one byte, but at least one frame: one frame.
            Chunk frame = cursor.next(1);
            if (frame == null && cursor.isAtEnd()) {
                close();
                broadcaster.viewerClosed(this, null);
            } else if (frame != null || heartbeatIsDue) {
                send(frame == null ? HEARTBEAT : Event.of(frame));
            }
        } catch (RuntimeException | Error e) {
            // Whatever a foreign sink throws ends this viewer and no other.
            sent(e);
        }
    }

    private void send(OutboundSseEvent event) {
        if (sink.isClosed()) {
            broadcaster.viewerClosed(this, null);
            return;
        }
        sending = true;
        sink.send(event).whenComplete((result, error) -> sent(error));
    }

    private void sent(@Nullable Throwable error) {
        lastSent = context.ticker().nanos();
        heartbeatIsDue = false;
        sending = false;
        if (error == null) {
            wake();
        } else {
            broadcaster.viewerClosed(this, error);
        }
    }

    @Override
    long fire(long now) {
        if (now - lastSent < heartbeatNanos) {
            return lastSent + heartbeatNanos;
        }
        heartbeatIsDue = true;
        wake();
        return now + heartbeatNanos;
    }

    @Override
    void close() {
        detach();
        sink.close();
    }

    @Override
    public void drain() {
        super.drain();
        broadcaster.viewerClosed(this, null);
    }

    /** A frame as JAX-RS presents it. The components have the names of the getters that they implement. */
    record Event(
            @Nullable String getId,
            @Nullable String getName,
            @Nullable String getComment,
            @Nullable Object getData) implements OutboundSseEvent {

        /** Reads a single frame, whose first line is its id or, in a notice, its name. */
        static Event of(Chunk frame) {
            String text = new String(frame.bytes(), frame.offset(), frame.length(), StandardCharsets.UTF_8);
            String first = text.substring(text.indexOf(": ") + 2, text.indexOf('\n'));
            byte[] data = Frames.data(frame.bytes(), frame.offset(), frame.length());
            boolean isNotice = frame.events() == 0;
            return new Event(
                    isNotice ? null : first, isNotice ? first : null, null, new String(data, StandardCharsets.UTF_8));
        }

        @Override
        public long getReconnectDelay() {
            return SseEvent.RECONNECT_NOT_SET;
        }

        @Override
        public boolean isReconnectDelaySet() {
            return false;
        }

        @Override
        public Class<?> getType() {
            return String.class;
        }

        @Override
        public Type getGenericType() {
            return String.class;
        }

        @Override
        public MediaType getMediaType() {
            return MediaType.TEXT_PLAIN_TYPE;
        }
    }
}
