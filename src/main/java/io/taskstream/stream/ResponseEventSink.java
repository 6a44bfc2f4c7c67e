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
import org.jspecify.annotations.Nullable;

/**
 * A viewer's connection: writes exact frames with Servlet non-blocking output (Servlet 6.0, section 3.7) and never
 * waits. Once it is registered with a {@link TaskBroadcaster} it pulls its task's events whenever it is woken and the
 * connection takes bytes.
 *
 * <p>Thread-safe. All that is written, and the end, goes through one {@link SerialRunner}; nobody waits for a lock.
 */
public final class ResponseEventSink implements SseEventSink, WriteListener, AsyncListener {

    private static final RepeatedFailures FAILURES = new RepeatedFailures(
            System.getLogger(ResponseEventSink.class.getName()), "A stream could not be served, and is ended");

    /** What one turn may write before other viewers have theirs, in bytes. */
    private static final int SHARE = 256 * 1024;

    /**
     * The most that is handed to the container at once, in bytes. It queues what the connection does not take, whatever its
     * size, so a large event would lie there whole for each slow viewer.
     */
    private static final int SLICE = 64 * 1024;

    private static final int NOT_BLOCKED = 0;

    private final AsyncContext context;
    private final ServletOutputStream out;
    private final ViewerOptions options;
    private final Ticker ticker;
    private final EventReader events;
    private final SerialRunner writer = new SerialRunner(this::writeOrEnd);
    private final Queue<Slices> outgoing = new ConcurrentLinkedQueue<>();

    private volatile @Nullable FrameSource source;
    private volatile boolean closing;
    private volatile boolean closed;
    private volatile byte @Nullable [] farewell;
    private volatile Runnable whenClosed = () -> {};
    private volatile @Nullable Throwable failure;
    private volatile long lastWrite;
    private volatile long blockedSince;

    /** Whether the container has called back: nothing may be written, or be asked of the output, before. */
    private volatile boolean started;

    /** The rest of a heartbeat that has begun. Only the writer changes it. */
    private volatile @Nullable Slices heartbeat;

    // Touched by the writer only.
    private boolean unflushed;
    private @Nullable Slices unwritten;

    /**
     * @param context of the viewer's request, whose response has its head set and nothing written
     * @param events bind the data of an event given to {@link #send}
     * @throws IOException if the response has no output
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

    /** Begins to write, with the reconnection time. From here on the container calls back. */
    public void open(long retryMillis) {
        outgoing.add(Slices.of(ControlFrames.retry(retryMillis), null));
        context.addListener(this);
        out.setWriteListener(this);
    }

    /** Runs that once the stream has ended, however it ends; to be called before {@link #open}. */
    public void whenClosed(Runnable newWhenClosed) {
        whenClosed = newWhenClosed;
    }

    ViewerOptions options() {
        return options;
    }

    /** The ticker's nanoseconds when something other than a heartbeat was last written. */
    long lastWrite() {
        return lastWrite;
    }

    /** The ticker's nanoseconds since when the connection has taken no byte; 0 if it takes them. */
    long blockedSince() {
        return blockedSince;
    }

    /** Pulls what it writes from there from now on. */
    void attach(FrameSource newSource) {
        source = newSource;
        if (closed) {
            newSource.closed(null);
        }
    }

    /** Looks whether the source has more to write. */
    void wake() {
        // A blocked sink is woken by the container, and looks itself then.
        if (blockedSince == NOT_BLOCKED) {
            writer.run();
        }
    }

    /**
     * Writes all of a heartbeat but its last byte if the connection takes it at once and nothing else is to be written;
     * otherwise does nothing. The last byte is written when the sink is woken next, or before anything else is written.
     *
     * <p>The first write to a connection whose other end is gone always succeeds, and provokes a reset (RFC 9293, section
     * 3.10.7.1); only a later write fails. So two writes, a moment apart, notice with one heartbeat that the viewer has left.
     *
     * <p>A heartbeat does not count as a write, so that the next can be reckoned from when this one was due.
     *
     * @param frame longer than one byte
     * @param silentSince what {@link #lastWrite()} said when the heartbeat was found to be due
     * @return {@code false} if another thread is writing, and may or may not write any bytes
     */
    boolean beginHeartbeat(byte[] frame, long silentSince) {
        return writer.runIfIdle(() -> {
            try {
                writeHeartbeat(frame, silentSince);
            } catch (IOException | RuntimeException e) {
                end(e);
            } catch (Error e) {
                FAILURES.report(e);
                end(e);
            }
        });
    }

    /** Whether a heartbeat has begun, and its last byte is still to be written. */
    boolean isInHeartbeat() {
        return heartbeat != null;
    }

    private void writeHeartbeat(byte[] frame, long silentSince) throws IOException {
        if (!started || closing || closed || lastWrite != silentSince || !outgoing.isEmpty() || unwritten != null) {
            return;
        }
        if (heartbeat != null) {
            return;
        }
        if (!out.isReady()) {
            markBlocked();
            return;
        }
        Slices slices = Slices.of(frame, null);
        slices.writeNext(out, frame.length - 1);
        heartbeat = slices;
        unflushed = true;
        flush();
        if (!out.isReady()) {
            markBlocked();
        }
    }

    private void finishHeartbeat(Slices rest) throws IOException {
        rest.writeNext(out, SLICE);
        heartbeat = null;
        unflushed = true;
        FrameSource from = source;
        if (from != null) {
            from.wroteHeartbeat();
        }
    }

    /** Sets the viewer's reconnection time anew; nothing of it is told to whom the connection is closed already. */
    void announce(long retryMillis) {
        outgoing.add(Slices.of(ControlFrames.retry(retryMillis), null));
        wake();
    }

    /**
     * {@inheritDoc}
     *
     * @throws IllegalArgumentException if the event's id or name would break its line
     */
    @Override
    public CompletionStage<?> send(OutboundSseEvent event) {
        if (closing || closed) {
            throw new IllegalStateException("The sink is closed");
        }
        var sent = new CompletableFuture<Void>();
        outgoing.add(Slices.of(ControlFrames.of(event, events), sent));
        wake();
        if (closed) {
            failOutgoing(new IllegalStateException("The sink was closed"));
        }
        return sent;
    }

    @Override
    public boolean isClosed() {
        return closing || closed;
    }

    /** Ends the stream after what has been sent so far. */
    @Override
    public void close() {
        closing = true;
        writer.run();
    }

    /** Ends the stream after what has been handed to the connection so far, with a comment that says why. */
    public void close(String comment) {
        if (isClosed()) {
            return;
        }
        farewell = ControlFrames.farewell(comment);
        close();
    }

    /** Ends the stream at once, whether or not the connection takes bytes. */
    void abort(Throwable reason) {
        failure = reason;
        writer.run();
    }

    @Override
    public void onWritePossible() {
        started = true;
        blockedSince = NOT_BLOCKED;
        writer.run();
    }

    @Override
    public void onError(Throwable error) {
        abort(error);
    }

    private void writeOrEnd() {
        try {
            writeWhileReady();
        } catch (IOException | RuntimeException e) {
            end(e);
        } catch (Error e) {
            FAILURES.report(e);
            end(e);
        }
    }

    private void writeWhileReady() throws IOException {
        int share = SHARE;
        while (!closed) {
            if (failure != null) {
                end(failure);
                return;
            }
            if (!started || !out.isReady()) {
                markBlocked();
                return;
            }
            blockedSince = NOT_BLOCKED;
            Slices begun = heartbeat;
            if (begun != null) {
                finishHeartbeat(begun);
                continue;
            }
            Slices next = unwritten == null ? outgoing.poll() : unwritten;
            if (next != null) {
                write(next);
                continue;
            }
            FrameSource from = source;
            Chunk chunk = from == null || closing || share <= 0 ? null : from.next();
            if (chunk != null) {
                write(new Slices(chunk.bytes(), chunk.offset(), chunk.length(), null));
                share -= chunk.length();
                continue;
            }
            byte[] last = farewell;
            if (closing && last != null) {
                farewell = null;
                write(Slices.of(last, null));
                continue;
            }
            if (unflushed) {
                flush();
                continue;
            }
            if (closing || (from != null && from.isAtEnd())) {
                end(null);
            } else if (share <= 0 && from != null) {
                from.comeBack();
            }
            return;
        }
    }

    /** Writes the next slice; what is left then is written before anything else. */
    private void write(Slices slices) throws IOException {
        unwritten = slices;
        boolean isLast = slices.writeNext(out, SLICE);
        lastWrite = ticker.nanos();
        unflushed = true;
        if (isLast) {
            unwritten = null;
            slices.written();
        }
    }

    private void flush() throws IOException {
        // Output that is not ready is being flushed by the container already.
        if (out.isReady()) {
            unflushed = false;
            out.flush();
        }
    }

    private void markBlocked() {
        if (blockedSince == NOT_BLOCKED) {
            blockedSince = ticker.nanos() | 1;
        }
    }

    /** Called by the writer only, so that nothing is being written when the container takes the response back. */
    private void end(@Nullable Throwable error) {
        if (closed) {
            return;
        }
        closed = true;
        Throwable reason = error == null ? new IllegalStateException("The sink was closed") : error;
        try {
            if (unwritten != null) {
                unwritten.failed(reason);
            }
            failOutgoing(reason);
            FrameSource from = source;
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
            // The container has ended the exchange itself.
        }
    }

    private void failOutgoing(Throwable error) {
        for (Slices frame = outgoing.poll(); frame != null; frame = outgoing.poll()) {
            frame.failed(error);
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
    public void onStartAsync(AsyncEvent event) {
        // A stream is never started anew.
    }
}
