package io.taskstream.http;

import io.taskstream.stream.SerialRunner;
import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * A request's body, of which is known whether it has been read to its end, and the rest of which can be discarded with
 * Servlet non-blocking input (Servlet 6.0, section 3.7), whether or not somebody has begun to read it that way. Whoever
 * has it discarded reads no more.
 */
final class WatchedBody extends ServletInputStream implements ReadListener {

    /** What is discarded at once: a body that comes without a pause is left to the container's thread. */
    private static final int AT_ONCE = 1 << 16;

    private final ServletInputStream in;
    private final Runnable whenAwaited;
    private final SerialRunner discarding = new SerialRunner(this::discardWhatIsThere);
    private final AtomicBoolean over = new AtomicBoolean();

    private volatile @Nullable ReadListener reader;
    private volatile @Nullable Runnable whenOver;
    private volatile boolean ended;

    /** Whether the container is to say when there is more: until then nobody may read. */
    private volatile boolean awaiting;

    /**
     * @param whenAwaited is run before any of it is read without blocking
     */
    WatchedBody(ServletInputStream in, Runnable whenAwaited) {
        this.in = in;
        this.whenAwaited = whenAwaited;
    }

    /** Whether its end has been read. */
    boolean isReadToEnd() {
        return ended || in.isFinished();
    }

    /** Discards what has arrived, if nobody has begun to read without blocking; answers whether that was all. */
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
     * Discards all that is left, as it comes.
     *
     * @param then is run once, when the body has ended or the connection has, by any thread; must not block
     */
    void discard(Runnable then) {
        whenOver = then;
        if (reader == null) {
            setReadListener(new Nobody());
        } else if (!awaiting) {
            discarding.run();
        }
    }

    private void discardWhatIsThere() {
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
        awaiting = true;
        if (!in.isReady()) {
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

    /** Stands for a reader where there was none. */
    private static final class Nobody implements ReadListener {

        @Override
        public void onDataAvailable() {}

        @Override
        public void onAllDataRead() {}

        @Override
        public void onError(Throwable error) {}
    }
}
