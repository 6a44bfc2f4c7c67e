package io.taskstream.http;

import io.taskstream.stream.SerialRunner;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.HttpServletResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.function.Consumer;

/** Reads a body to its end, or to one byte more than it may have, with Servlet non-blocking input. */
final class BodyReader implements ReadListener, AsyncListener {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final ServletInputStream in;
    private final int maxBytes;
    private final AsyncContext exchange;
    private final Consumer<byte[]> whenRead;
    private final SerialRunner reader = new SerialRunner(this::readWhatIsThere);
    private final ByteArrayOutputStream body = new ByteArrayOutputStream();
    private final byte[] buffer = new byte[1 << 13];

    private volatile boolean allRead;
    private volatile boolean done;

    /**
     * @param exchange is completed here if the body does not come
     * @param whenRead gets the body, once
     */
    BodyReader(ServletInputStream in, int maxBytes, AsyncContext exchange, Consumer<byte[]> whenRead) {
        this.in = in;
        this.maxBytes = maxBytes;
        this.exchange = exchange;
        this.whenRead = whenRead;
    }

    void start() {
        exchange.setTimeout(PATIENCE.toMillis());
        exchange.addListener(this);
        in.setReadListener(this);
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

    private void readWhatIsThere() {
        try {
            while (!done) {
                int read = read();
                if (read == 0) {
                    return;
                }
                body.write(buffer, 0, Math.max(read, 0));
                if (read < 0 || body.size() > maxBytes) {
                    done = true;
                    whenRead.accept(body.toByteArray());
                }
            }
        } catch (IOException e) {
            giveUp();
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

    @Override
    public void onError(Throwable error) {
        giveUp();
    }

    /** The client has gone away, so nobody waits for an answer. */
    private void giveUp() {
        if (!done) {
            done = true;
            exchange.complete();
        }
    }

    @Override
    public void onTimeout(AsyncEvent event) throws IOException {
        if (done) {
            return;
        }
        done = true;
        byte[] problem = Problem.of(408, "The body did not come in time").body();
        var response = (HttpServletResponse) exchange.getResponse();
        response.setStatus(HttpServletResponse.SC_REQUEST_TIMEOUT);
        response.setContentType(Problem.MEDIA_TYPE);
        response.setHeader("Connection", "close");
        response.setContentLength(problem.length);
        response.getOutputStream().write(problem);
        exchange.complete();
    }

    @Override
    public void onComplete(AsyncEvent event) {
        done = true;
    }

    @Override
    public void onError(AsyncEvent event) {
        giveUp();
    }

    @Override
    public void onStartAsync(AsyncEvent event) {
        // From here on the exchange is JAX-RS's.
    }
}
