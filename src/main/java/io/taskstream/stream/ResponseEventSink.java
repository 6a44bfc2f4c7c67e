package io.taskstream.stream;

import io.taskstream.eventlog.Chunk;
import io.taskstream.eventlog.RepeatedFailures;
import io.taskstream.task.EventReader;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import jakarta.ws.rs.sse.OutboundSseEvent;
import jakarta.ws.rs.sse.SseEventSink;
import java.io.IOException;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * A viewer's connection: writes exact frames with Servlet non-blocking output (Servlet 6.0, section 3.7). Once registered
 * with a {@link TaskBroadcaster}, it pulls its task's events whenever it is woken and the connection takes bytes.
 *
 * <p>Thread-safe; never blocks. One {@link SerialRunner} serialises all writes and the end of the stream. Only
 * {@link #writeWhileReady} and {@link #writeHeartbeat} write, and only after {@code isReady()} has returned {@code true}.
 */
public final class ResponseEventSink implements SseEventSink, WriteListener, AsyncListener {

    private static final RepeatedFailures FAILURES = new RepeatedFailures(
            System.getLogger(ResponseEventSink.class.getName()), "A stream could not be served, and is ended");

    /** The bytes after which a run gives its thread to other viewers. */
    private static final int MAX_RUN_BYTES = 256 * 1024;

    /** The container copies what a slow viewer's connection does not take; with 64 KiB, Grizzly needs twice the memory. */
    private static final int MAX_WRITE_BYTES = 32 * 1024;

    private final AsyncContext context;
    private final ServletOutputStream out;
    private final ViewerOptions options;
    private final Ticker ticker;
    private final EventReader events;
    private final SerialRunner writer = new SerialRunner(this::writeOrEnd);
    private final Queue<PendingWrite> outgoing = new ConcurrentLinkedQueue<>();
    private final AtomicReference<@Nullable PendingWrite> closingWrite = new AtomicReference<>();

    private volatile @Nullable Source source;
    private volatile boolean closing;
    private volatile boolean closed;
    private volatile Runnable whenClosed = () -> {};
    private volatile @Nullable Throwable failure;
    private volatile long lastWrite;
    private volatile long blockedSince;

    /** Whether the container has called back; before, neither a write nor {@code isReady()} is allowed. */
    private volatile boolean started;

    /** The rest of a heartbeat that has begun. Changed in {@link #writer} only. */
    private volatile @Nullable PendingWrite heartbeat;

    // Confined to the writer.
    private boolean unflushed;
    private @Nullable PendingWrite unwritten;

    /**
     * @param context of the viewer's request; the head of its response is set, and nothing is written
     * @param events binds the data of events given to {@link #send}
     */
    ResponseEventSink(AsyncContext context, ViewerOptions options, Ticker ticker, EventReader events)
            throws IOException {
        this.context = context;
        this.out = context.getResponse().getOutputStream();
        this.options = options;
        this.ticker = ticker;
        this.events = events;
        this.lastWrite = ticker.nanos();
        markBlocked();
    }

    /** What a sink writes. Called by the sink's writer only, so never twice at a time; no method may block. */
    interface Source {

        /** Returns the next frames, never an empty chunk; {@code null} if there are none at present. */
        @Nullable
        Chunk next();

        /** Whether all frames have been returned and none will follow. */
        boolean isAtEnd();

        /** Has the sink woken soon: its run is over, but there may be further frames. */
        void scheduleWake();

        void wroteHeartbeat();

        /** Called once, as the last call. The error is {@code null} if the stream was closed. */
        void closed(@Nullable Throwable error);
    }

    /** Starts to write, first the reconnection time. From here on the container calls back. */
    public void open(long retryMillis) {
        write(ControlFrames.retry(retryMillis));
        context.addListener(this);
        out.setWriteListener(this);
    }

    /** Sets what runs when the stream has ended, in whatever way. To be called before {@link #open}. */
    public void whenClosed(Runnable newWhenClosed) {
        whenClosed = newWhenClosed;
    }

    ViewerOptions options() {
        return options;
    }

    /** Returns the ticker's nanoseconds of the last write that was not a heartbeat. */
    long lastWrite() {
        return lastWrite;
    }

    /** Returns the ticker's nanoseconds from which on the connection has taken no byte; 0 if it takes them. */
    long blockedSince() {
        return blockedSince;
    }

    /** Writes what the source has from now on. */
    void attach(Source newSource) {
        source = newSource;
        if (closed) {
            newSource.closed(null);
        }
    }

    /** Writes what the source has, unless the connection is blocked: then the container wakes the sink. */
    void wake() {
        if (blockedSince == 0) {
            writer.run();
        }
    }

    /**
     * Writes all of a heartbeat but its last byte if the connection takes it at once and nothing else is to be written, so
     * that no heartbeat waits behind events. The last byte is written when the sink is woken next.
     *
     * <p>The first write to a connection whose other end is gone succeeds and provokes a reset (RFC 9293, section
     * 3.10.7.1); only a later write fails. Two writes notice with one heartbeat that the viewer has left.
     *
     * <p>A heartbeat does not count as a write, so that the next is due one interval after this one was due.
     *
     * @param frame longer than one byte
     * @param silentSince what {@link #lastWrite()} returned when the heartbeat was found to be due
     * @return {@code false} if another thread is writing, and may or may not write any bytes
     */
    boolean beginHeartbeat(byte[] frame, long silentSince) {
        return writer.runIfIdle(() -> {
            try {
                writeHeartbeat(frame, silentSince);
            } catch (IOException | RuntimeException | Error e) {
                endAfterFailure(e);
            }
        });
    }

    /** Whether a heartbeat has begun whose last byte is still to be written. */
    boolean isInHeartbeat() {
        return heartbeat != null;
    }

    private void writeHeartbeat(byte[] frame, long silentSince) throws IOException {
        boolean isIdle = started && !closing && !closed && outgoing.isEmpty() && unwritten == null && heartbeat == null;
        if (!isIdle || lastWrite != silentSince) {
            return;
        }
        if (!out.isReady()) {
            markBlocked();
            return;
        }
        var pending = new PendingWrite(frame, null);
        pending.writeNext(out, frame.length - 1);
        heartbeat = pending;
        unflushed = true;
        flush();
        if (!out.isReady()) {
            markBlocked();
        }
    }

    private void finishHeartbeat(PendingWrite rest) throws IOException {
        rest.writeNext(out, MAX_WRITE_BYTES);
        heartbeat = null;
        unflushed = true;
        Source from = source;
        if (from != null) {
            from.wroteHeartbeat();
        }
    }

    /** Writes a frame before any further event. Without effect if the stream has ended. */
    void write(byte[] frame) {
        outgoing.add(new PendingWrite(frame, null));
        wake();
    }

    /**
     * {@inheritDoc}
     *
     * @throws IllegalArgumentException if the event's id or name contains a line end
     */
    @Override
    public CompletionStage<?> send(OutboundSseEvent event) {
        if (isClosed()) {
            throw new IllegalStateException("The sink is closed");
        }
        var sent = new CompletableFuture<Void>();
        outgoing.add(new PendingWrite(ControlFrames.of(event, events), sent));
        wake();
        if (closed) {
            failOutgoing(new IllegalStateException("The sink was closed"));
        }
        return sent;
    }

    @Override
    public boolean isClosed() {
        return closing || closed || closingWrite.get() != null;
    }

    /** Ends the stream after the frames that are waiting to be written. */
    @Override
    public void close() {
        closing = true;
        writer.run();
    }

    /** Ends the stream after the frames that are waiting to be written, with a comment that gives the reason. */
    public void close(String comment) {
        var last = new PendingWrite(ControlFrames.comment(comment), null);
        // The writer closes the sink after this write, so that no event follows the comment.
        if (!isClosed() && closingWrite.compareAndSet(null, last)) {
            outgoing.add(last);
            writer.run();
        }
    }

    /** Ends the stream at once, even if the connection takes no bytes. */
    void abort(Throwable reason) {
        failure = reason;
        writer.run();
    }

    @Override
    public void onWritePossible() {
        started = true;
        blockedSince = 0;
        writer.run();
    }

    @Override
    public void onError(Throwable error) {
        abort(error);
    }

    private void writeOrEnd() {
        try {
            writeWhileReady();
        } catch (IOException | RuntimeException | Error e) {
            endAfterFailure(e);
        }
    }

    private void writeWhileReady() throws IOException {
        int budget = MAX_RUN_BYTES;
        while (!closed) {
            if (failure != null) {
                end(failure);
                return;
            }
            if (!started || !out.isReady()) {
                markBlocked();
                return;
            }
            blockedSince = 0;
            PendingWrite begun = heartbeat;
            if (begun != null) {
                finishHeartbeat(begun);
                continue;
            }
            PendingWrite next = unwritten == null ? outgoing.poll() : unwritten;
            if (next != null) {
                writePiece(next);
                continue;
            }
            Source from = source;
            Chunk chunk = from == null || closing || budget <= 0 ? null : from.next();
            if (chunk != null) {
                writePiece(new PendingWrite(chunk.bytes(), chunk.offset(), chunk.length(), null));
                budget -= chunk.length();
                continue;
            }
            if (unflushed) {
                flush();
                continue;
            }
            if (closing || (from != null && from.isAtEnd())) {
                end(null);
            } else if (budget <= 0 && from != null) {
                from.scheduleWake();
            }
            return;
        }
    }

    /** Writes the next piece. What is left of it is written before anything else. */
    private void writePiece(PendingWrite pending) throws IOException {
        unwritten = pending;
        lastWrite = ticker.nanos();
        unflushed = true;
        if (pending.writeNext(out, MAX_WRITE_BYTES)) {
            unwritten = null;
            closing = closing || pending == closingWrite.get();
            pending.complete();
        }
    }

    private void flush() throws IOException {
        // The container itself flushes output that is not ready.
        if (out.isReady()) {
            unflushed = false;
            out.flush();
        }
    }

    private void markBlocked() {
        if (blockedSince == 0) {
            blockedSince = ticker.nanos() | 1;
        }
    }

    private void endAfterFailure(Throwable e) {
        if (e instanceof Error) {
            FAILURES.report(e);
        }
        end(e);
    }

    /** Runs in the writer only, so that no write is under way when the container takes the response back. */
    private void end(@Nullable Throwable error) {
        if (closed) {
            return;
        }
        closed = true;
        Throwable reason = error == null ? new IllegalStateException("The sink was closed") : error;
        try {
            if (unwritten != null) {
                unwritten.fail(reason);
            }
            failOutgoing(reason);
            Source from = source;
            if (from != null) {
                from.closed(error);
            }
        } finally {
            whenClosed.run();
            complete();
        }
    }

    private void complete() {
        try {
            context.complete();
        } catch (IllegalStateException e) {
            // The container has completed the response already.
        }
    }

    private void failOutgoing(Throwable error) {
        for (PendingWrite pending = outgoing.poll(); pending != null; pending = outgoing.poll()) {
            pending.fail(error);
        }
    }

    @Override
    public void onComplete(AsyncEvent event) {
        abort(new IOException("The container has completed the response"));
    }

    @Override
    public void onTimeout(AsyncEvent event) {
        abort(new IOException("The container timed the stream out"));
    }

    @Override
    public void onError(AsyncEvent event) {
        Throwable error = event.getThrowable();
        abort(error == null ? new IOException("The container reports an error") : error);
    }

    @Override
    public void onStartAsync(AsyncEvent event) {}
}
