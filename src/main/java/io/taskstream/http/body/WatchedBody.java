package io.taskstream.http.body;

import io.taskstream.stream.SerialRunner;
import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * A request's body that knows whether it has been read to its end. Its rest can be discarded with Servlet non-blocking input
 * (Servlet 6.0, section 3.7), also if the application has begun to read it that way. The application must not read it any more
 * after that.
 */
final class WatchedBody extends ServletInputStream implements ReadListener {

    /** How much is discarded at once; the container's thread discards the rest of a body that arrives without a pause. */
    private static final int AT_ONCE = 1 << 16;

    private final ServletInputStream in;
    private final Runnable whenAwaited;
    private final SerialRunner discarding = new SerialRunner(this::discardAvailable);
    private final AtomicBoolean over = new AtomicBoolean();

    private volatile @Nullable ReadListener reader;
    private volatile @Nullable Runnable whenOver;
    private volatile boolean ended;

    /** Whether the container is going to call when there is more; until then it must not be read. */
    private volatile boolean awaiting;

    /**
     * @param whenAwaited runs before any of it is read without blocking
     */
    WatchedBody(ServletInputStream in, Runnable whenAwaited) {
        this.in = in;
        this.whenAwaited = whenAwaited;
    }

    /** Tells whether its end has been read. */
    boolean isReadToEnd() {
        return ended || in.isFinished();
    }

    /** Tells whether the application reads it without blocking, and has not read it to its end. */
    boolean isBeingRead() {
        return reader != null && !isReadToEnd();
    }

    /**
     * Discards what has arrived, unless the application reads without blocking.
     *
     * @return whether the body has ended
     */
    boolean discardArrived() throws IOException {
        int left = AT_ONCE;
        while (reader == null && left > 0) {
            int here = Math.min(in.available(), left);
            if (here <= 0) {
                break;
            }
            left -= in.readNBytes(here).length;
        }
        return isReadToEnd();
    }

    /**
     * Discards the rest as it arrives.
     *
     * @param then runs once, on any thread, when the body or the connection has ended; must not block
     */
    void discard(Runnable then) {
        whenOver = then;
        if (reader == null) {
            setReadListener(new NoReader());
        } else if (!awaiting) {
            discarding.run();
        }
    }

    private void discardAvailable() {
        byte[] buffer = new byte[1 << 13];
        try {
            while (!isReadToEnd() && isReady()) {
                if (read(buffer, 0, buffer.length) < 0) {
                    break;
                }
            }
        } catch (IOException | IllegalStateException e) {
            ended = true;
        }
        if (isReadToEnd()) {
            end();
        }
    }

    private void end() {
        Runnable then = whenOver;
        if (then != null && over.compareAndSet(false, true)) {
            then.run();
        }
    }

    @Override
    public void onDataAvailable() throws IOException {
        awaiting = false;
        ReadListener listener = reader;
        if (whenOver == null && listener != null) {
            listener.onDataAvailable();
        } else {
            discarding.run();
        }
    }

    @Override
    public void onAllDataRead() throws IOException {
        if (!in.isFinished()) {
            // Grizzly calls late for an earlier request of the same objects.
            onDataAvailable();
            return;
        }
        awaiting = false;
        ReadListener listener = reader;
        if (whenOver == null && listener != null) {
            listener.onAllDataRead();
        } else {
            ended = true;
            end();
        }
    }

    @Override
    public void onError(Throwable error) {
        ended = true;
        ReadListener listener = reader;
        if (whenOver == null && listener != null) {
            listener.onError(error);
        } else {
            end();
        }
    }

    @Override
    public void setReadListener(ReadListener listener) {
        whenAwaited.run();
        reader = listener;
        awaiting = true;
        in.setReadListener(this);
    }

    @Override
    public boolean isReady() {
        // Grizzly throws if it is asked again while it waits. Late calls for an earlier request of the same objects
        // reset its own flag against that, and also `awaiting`.
        if (awaiting) {
            return false;
        }
        awaiting = true;
        try {
            if (!in.isReady()) {
                return false;
            }
        } catch (IllegalStateException e) {
            // So it still waits, and will call.
            return false;
        }
        awaiting = false;
        return true;
    }

    @Override
    public boolean isFinished() {
        return in.isFinished();
    }

    @Override
    public int available() throws IOException {
        return in.available();
    }

    @Override
    public int read() throws IOException {
        return noted(in.read());
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        return noted(in.read(buffer, offset, length));
    }

    private int noted(int read) {
        ended |= read < 0;
        return read;
    }

    @Override
    public void close() throws IOException {
        // Undertow would read to the end here, and block.
    }

    /** Takes the place of a reader where there was none. */
    private static final class NoReader implements ReadListener {

        @Override
        public void onDataAvailable() {}

        @Override
        public void onAllDataRead() {}

        @Override
        public void onError(Throwable error) {}
    }
}
