package io.taskstream.testing;

import jakarta.ws.rs.sse.OutboundSseEvent;
import jakarta.ws.rs.sse.SseEventSink;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;

/** A sink of another JAX-RS implementation. It records its events, which are sent at once, or when told. */
public final class ForeignSink implements SseEventSink {

    private final List<OutboundSseEvent> sent = new CopyOnWriteArrayList<>();
    private final Deque<CompletableFuture<Void>> pending = new ArrayDeque<>();
    private boolean slow;
    private volatile boolean closed;
    private RuntimeException onSend;
    private Error onSendError;
    private RuntimeException onClose;

    /** From now on nothing has been sent until {@link #finishOne()} says so. */
    public ForeignSink slow() {
        slow = true;
        return this;
    }

    /** From now on {@link #send} throws. */
    public void throwOnSend(RuntimeException error) {
        onSend = error;
    }

    /** From now on {@link #send} throws. */
    public void throwOnSend(Error error) {
        onSendError = error;
    }

    /** From now on {@link #close} throws. */
    public void throwOnClose(RuntimeException error) {
        onClose = error;
    }

    /** How many events are being sent. */
    public int inFlight() {
        return pending.size();
    }

    public void finishOne() {
        pending.remove().complete(null);
    }

    public void failOne(Throwable error) {
        pending.remove().completeExceptionally(error);
    }

    public List<OutboundSseEvent> sent() {
        return sent;
    }

    /** The data of all that was sent. */
    public List<Object> data() {
        return sent.stream().map(OutboundSseEvent::getData).toList();
    }

    /** The other end has disconnected. */
    public void disconnect() {
        closed = true;
    }

    @Override
    public boolean isClosed() {
        return closed;
    }

    @Override
    public CompletionStage<?> send(OutboundSseEvent event) {
        if (onSend != null) {
            throw onSend;
        }
        if (onSendError != null) {
            throw onSendError;
        }
        sent.add(event);
        var stage = new CompletableFuture<Void>();
        if (slow) {
            pending.add(stage);
        } else {
            stage.complete(null);
        }
        return stage;
    }

    @Override
    public void close() {
        if (onClose != null) {
            throw onClose;
        }
        closed = true;
    }
}
