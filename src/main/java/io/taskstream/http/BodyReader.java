package io.taskstream.http;

import io.taskstream.stream.SerialRunner;
import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/** Reads a body to its end, or to one byte more than it may have, with Servlet non-blocking input. */
final class BodyReader implements ReadListener {

    private final ServletInputStream in;
    private final int maxBytes;
    private final Consumer<byte[]> whenRead;
    private final Runnable whenLost;
    private final SerialRunner reader = new SerialRunner(this::readWhatIsThere);
    private final ByteArrayOutputStream body = new ByteArrayOutputStream();
    private final byte[] buffer = new byte[1 << 13];
    private final AtomicBoolean done = new AtomicBoolean();

    private volatile boolean allRead;

    /**
     * One of the two is called, once, on a thread of the container; unless {@link #giveUp()} comes first.
     *
     * @param whenRead gets the body
     * @param whenLost is called if the connection breaks off
     */
    BodyReader(ServletInputStream in, int maxBytes, Consumer<byte[]> whenRead, Runnable whenLost) {
        this.in = in;
        this.maxBytes = maxBytes;
        this.whenRead = whenRead;
        this.whenLost = whenLost;
    }

    /** Ends the reading; answers whether it had not ended by itself. */
    boolean giveUp() {
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
        if (giveUp()) {
            whenLost.run();
        }
    }

    private void readWhatIsThere() {
        try {
            while (!done.get()) {
                int read = read();
                if (read == 0) {
                    return;
                }
                body.write(buffer, 0, Math.max(read, 0));
                if ((read < 0 || body.size() > maxBytes) && giveUp()) {
                    whenRead.accept(body.toByteArray());
                }
            }
        } catch (IOException e) {
            onError(e);
        }
    }

    /** What has arrived; -1 at the end, 0 if nothing has. */
    private int read() throws IOException {
        boolean all = allRead;
        if (!all && !in.isReady()) {
            return 0;
        }
        return all && in.available() == 0
                ? -1
                : in.read(buffer, 0, Math.min(buffer.length, maxBytes + 1 - body.size()));
    }
}
