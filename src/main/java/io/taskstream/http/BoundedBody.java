package io.taskstream.http;

import io.taskstream.stream.Ticker;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.container.AsyncResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Reads a body in JSON for a suspended request. JAX-RS would read it on the thread that it calls the resource on, and hold
 * that thread until the last byte has come: some dozens of clients that send half of a body would hold them all.
 *
 * <p>Bodies that do not come in time are found by a sweep, and not by {@link AsyncResponse#setTimeout}: RESTEasy leaves
 * each timeout with its scheduler until its time has come, and with it the request and all that was read of it.
 */
public final class BoundedBody implements AutoCloseable {

    static final Duration PATIENCE = Duration.ofSeconds(60);

    private static final long SWEEP_SECONDS = 1;

    private final Executor executor;
    private final Ticker ticker;
    private final int maxBytes;
    private final Set<Arrival> arriving = ConcurrentHashMap.newKeySet();
    private final ScheduledFuture<?> sweeps;

    /**
     * @param executor does what is to be done with a body that came after its head
     * @param scheduler looks for bodies that do not come in time
     * @param maxBytes is the size that a body may have; a longer one is answered 413
     */
    public BoundedBody(Executor executor, ScheduledExecutorService scheduler, Ticker ticker, int maxBytes) {
        this.executor = executor;
        this.ticker = ticker;
        this.maxBytes = maxBytes;
        this.sweeps = scheduler.scheduleAtFixedRate(this::sweep, SWEEP_SECONDS, SWEEP_SECONDS, TimeUnit.SECONDS);
    }

    /**
     * Hands on the body as text, at once and on this thread if all of it is here, as it nearly always is. What is thrown on
     * the way is the answer, whichever thread it is thrown on. A body that does not come in time is answered 408.
     *
     * @param request must be suspended, and its body untouched
     */
    void read(HttpServletRequest request, AsyncResponse response, Consumer<String> use) {
        AsyncContext exchange = request.getAsyncContext();
        exchange.setTimeout(0);
        try {
            ServletInputStream in = request.getInputStream();
            if (Awaited.is(request, in)) {
                Awaited.closesConnection(exchange);
                await(in, response, use);
            } else {
                use.accept(Bodies.text(in, maxBytes));
            }
        } catch (IOException e) {
            throw Problem.of(400, "The body broke off").asException();
        }
    }

    /** The same for a body that has yet to come. */
    void await(ServletInputStream in, AsyncResponse response, Consumer<String> use) {
        var arrival = new Arrival(in, response, use);
        arriving.add(arrival);
        in.setReadListener(arrival.reader);
    }

    private void sweep() {
        long now = ticker.nanos();
        arriving.forEach(arrival -> arrival.giveUpAfter(now));
    }

    @Override
    public void close() {
        sweeps.cancel(false);
    }

    /** A body that is on its way. */
    private final class Arrival {

        private final AsyncResponse response;
        private final Consumer<String> use;
        private final BodyReader reader;
        private final long deadline = ticker.nanos() + PATIENCE.toNanos();

        Arrival(ServletInputStream in, AsyncResponse response, Consumer<String> use) {
            this.response = response;
            this.use = use;
            this.reader = new BodyReader(in, maxBytes, this::arrived, () -> end(response::cancel));
        }

        private void arrived(byte[] body) {
            end(() -> {
                try {
                    use.accept(Bodies.text(body, maxBytes));
                } catch (RuntimeException | Error e) {
                    response.resume(e);
                }
            });
        }

        void giveUpAfter(long now) {
            if (now - deadline >= 0 && reader.giveUp()) {
                end(() -> response.resume(
                        Problem.of(408, "The body did not come in time").response()));
            }
        }

        /** What ends it may write the answer, and block. */
        private void end(Runnable answer) {
            arriving.remove(this);
            executor.execute(answer);
        }
    }
}
