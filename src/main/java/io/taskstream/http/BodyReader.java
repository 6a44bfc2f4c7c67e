package io.taskstream.http;

import io.taskstream.access.limit.ByteBudget;
import io.taskstream.stream.SerialRunner;
import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicBoolean;

/** Reads a body to its end, or to one byte more than it may have, with Servlet non-blocking input. */
final class BodyReader implements ReadListener {

    private static final int FIRST = 1 << 13;

    private final ServletInputStream in;
    private final int maxBytes;
    private final ByteBudget.Allocation share;
    private final Taker taker;
    private final SerialRunner reader = new SerialRunner(this::readWhatIsThere);
    private final AtomicBoolean done = new AtomicBoolean();

    private byte[] body = new byte[0];
    private int length;

    private volatile boolean allRead;
    private volatile boolean late;

    /**
     * @param share holds what the body takes in the heap; closed by whoever has use for the body
     */
    BodyReader(ServletInputStream in, int maxBytes, ByteBudget.Allocation share, Taker taker) {
        this.in = in;
        this.maxBytes = maxBytes;
        this.share = share;
        this.taker = taker;
    }

    /** Is told how it went: one of these, once, on a thread of the container or on the one that gives up. */
    interface Taker {

        /** Here it is. */
        void arrived(byte[] body);

        /** The connection has broken off. */
        void lost();

        /** There is no room for it. */
        void refused();

        /** It was given up before it had come. */
        void late();
    }

    /** Ends the reading if it has not ended by itself, between two reads: who is told may have the rest read. */
    void giveUp() {
        late = true;
        reader.run();
    }

    private boolean isOver() {
        return done.compareAndSet(false, true);
    }

    @Override
    public void onDataAvailable() {
        reader.run();
    }

    /** To Grizzly this means that all has been received; what is left to read is still {@code available}. */
    @Override
    public void onAllDataRead() {
        allRead = true;
        reader.run();
    }

    @Override
    public void onError(Throwable error) {
        if (isOver()) {
            taker.lost();
        }
    }

    private void readWhatIsThere() {
        if (late && isOver()) {
            taker.late();
        }
        try {
            while (!done.get() && isSomethingThere()) {
                if (length == body.length && !grow()) {
                    if (isOver()) {
                        taker.refused();
                    }
                    return;
                }
                int read = read();
                length += Math.max(read, 0);
                if ((read < 0 || length > maxBytes) && isOver()) {
                    taker.arrived(Arrays.copyOf(body, length));
                }
            }
        } catch (IOException e) {
            onError(e);
        }
    }

    private boolean isSomethingThere() {
        return allRead || in.isReady();
    }

    /** What has arrived; -1 at the end. */
    private int read() throws IOException {
        return allRead && in.available() == 0 ? -1 : in.read(body, length, body.length - length);
    }

    private boolean grow() {
        int more = Math.min(Math.max(FIRST, body.length), maxBytes + 1 - body.length);
        if (!share.take(more)) {
            return false;
        }
        body = Arrays.copyOf(body, body.length + more);
        return true;
    }
}
