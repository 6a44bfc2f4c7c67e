package io.taskstream.http.body;

import io.taskstream.access.LimitException;
import io.taskstream.access.limit.ByteBudget;
import io.taskstream.eventlog.Publishers;
import io.taskstream.http.Caller;
import io.taskstream.http.LateAnswer;
import io.taskstream.http.Problem;
import io.taskstream.http.ProblemMapper;
import io.taskstream.stream.SerialRunner;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.container.AsyncResponse;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads a JSON body for a suspended request. JAX-RS would read it on the thread that calls the resource, and block that thread
 * until the last byte arrives: some dozens of clients that send half a body would block all threads. The bytes of all
 * incomplete bodies together are bounded, too.
 *
 * <p>A periodic check finds bodies that are late, and not {@link AsyncResponse#setTimeout}: RESTEasy leaves each timeout with
 * its scheduler until its time has come, and with it the request and all bytes that were read.
 */
public final class BoundedBody {

    static final Duration PATIENCE = Duration.ofSeconds(60);

    /** The bytes of heap that a byte of a body takes while it is parsed: itself, the text, and the parts of the text. */
    private static final int FACTOR = 4;

    private static final int FIRST_BYTES = 1 << 13;

    private final Executor executor;
    private final PeriodicChecks checks;
    private final ByteBudget budget;
    private final Publishers publishers;
    private final int maxBytes;

    /**
     * @param executor processes a body that arrived after its head; the calling thread processes it if the executor refuses
     * @param checks find bodies that are late
     * @param budget bounds the bytes of all bodies; a request that it has no room for is answered 503
     * @param publishers end bodies that arrive when the log is going to be closed
     * @param maxBytes the size that a body may have; a longer one is answered 413
     */
    public BoundedBody(
            Executor executor, PeriodicChecks checks, ByteBudget budget, Publishers publishers, int maxBytes) {
        this.executor = new CallerRunsExecutor(executor, publishers);
        this.checks = checks;
        this.budget = budget;
        this.publishers = publishers;
        this.maxBytes = maxBytes;
    }

    /** A use of a body. */
    public interface Use {

        /**
         * Uses the body.
         *
         * @param body the text
         * @param held accepts, at most once, the bytes of heap that the use holds from now on; throws a
         *     {@link LimitException} if there is no room for them
         * @return completes when the use has ended
         */
        CompletionStage<?> use(String body, LongConsumer held);
    }

    /**
     * Passes the body on as text: at once and on this thread if all of it has arrived, as is nearly always so. An exception of
     * the use becomes the answer, on whichever thread it is thrown. A late body is answered 408.
     *
     * @param request is suspended, and its body untouched
     * @param caller to whose part of the budget the body counts
     */
    public void read(HttpServletRequest request, Caller caller, AsyncResponse response, Consumer<String> use) {
        readAndHold(request, caller, response, (body, held) -> {
            use.accept(body);
            return CompletableFuture.completedStage(null);
        });
    }

    /** Does the same for a use that goes on after it has returned; the body counts until the use has ended. */
    public void readAndHold(HttpServletRequest request, Caller caller, AsyncResponse response, Use use) {
        AsyncContext exchange = request.getAsyncContext();
        exchange.setTimeout(0);
        try {
            ServletInputStream in = request.getInputStream();
            if (isIncomplete(request, in)) {
                await(in, request.getContentLengthLong(), caller, exchange, response, use);
            } else {
                // It is no larger than the buffer that the server has for the connection anyway, so only its product
                // counts.
                useNow(JsonBody.text(in, maxBytes, request.getContentLengthLong()), caller, use);
            }
        } catch (IOException e) {
            throw Problem.connectionLost();
        }
    }

    /** Tells whether a part of the body has yet to arrive, so that it must be read without blocking. */
    private static boolean isIncomplete(HttpServletRequest request, ServletInputStream in) throws IOException {
        long length = request.getContentLengthLong();
        if (length >= 0) {
            return length > 0 && in.available() < length;
        }
        return request.getHeader("Transfer-Encoding") != null
                || !request.getProtocol().startsWith("HTTP/1");
    }

    private void useNow(String body, Caller caller, Use use) {
        var share = new AtomicReference<ByteBudget.@Nullable Allocation>();
        Runnable release = () -> {
            ByteBudget.Allocation taken = share.get();
            if (taken != null) {
                taken.close();
            }
        };
        try {
            use.use(body, bytes -> {
                        ByteBudget.Allocation taken = caller.share(budget);
                        share.set(taken);
                        if (!taken.take(bytes)) {
                            throw full();
                        }
                    })
                    .whenComplete((done, error) -> release.run());
        } catch (RuntimeException | Error e) {
            release.run();
            throw e;
        }
    }

    private static LimitException full() {
        return LimitException.ofServer("The server is receiving as much as it can hold", Duration.ofSeconds(1));
    }

    /**
     * Reads a body that has yet to arrive.
     *
     * @param announced the announced length of the body, -1 if none was announced
     */
    void await(
            ServletInputStream in,
            long announced,
            Caller caller,
            AsyncContext exchange,
            AsyncResponse response,
            Use use) {
        var arrival = new Arrival(in, announced, caller.share(budget), exchange, response, use);
        checks.add(arrival.lateness);
        publishers.begin(arrival);
        try {
            in.setReadListener(arrival);
        } catch (RuntimeException e) {
            // It may have been ended at once, and only the arrival itself answers exactly once.
            arrival.end(e);
        }
    }

    /**
     * A body that is arriving. It is read with Servlet non-blocking input, to its end or to one byte more than it may have. One
     * outcome counts, once: the use, or an answer that refuses.
     */
    private final class Arrival implements ReadListener, Publishers.Request {

        private final ServletInputStream in;
        private final long announced;
        private final ByteBudget.Allocation share;
        private final AsyncContext exchange;
        private final AsyncResponse response;
        private final Use use;
        private final long deadline = checks.nanos() + PATIENCE.toNanos();
        private final LongConsumer lateness = this::giveUpIfLate;
        private final SerialRunner reader = new SerialRunner(this::readAvailable);
        private final AtomicBoolean done = new AtomicBoolean();

        private byte[] body = new byte[0];
        private int length;

        private volatile boolean allRead;
        /** The answer that ends the request before its body has arrived; {@code null} as long as none does. */
        private volatile @Nullable Response refusal;

        /**
         * @param share holds the bytes of the body; closed when the use has ended
         */
        Arrival(
                ServletInputStream in,
                long announced,
                ByteBudget.Allocation share,
                AsyncContext exchange,
                AsyncResponse response,
                Use use) {
            this.in = in;
            this.announced = announced;
            this.share = share;
            this.exchange = exchange;
            this.response = response;
            this.use = use;
        }

        @Override
        public void onDataAvailable() {
            reader.run();
        }

        /** On Grizzly this means that all bytes were received; the unread ones are still {@code available}. */
        @Override
        public void onAllDataRead() {
            allRead = true;
            reader.run();
        }

        @Override
        public void onError(Throwable error) {
            refuse(response::cancel);
        }

        private void giveUpIfLate(long now) {
            if (now - deadline >= 0) {
                giveUp(Problem.of(408, "The body did not arrive in time").response());
            }
        }

        @Override
        public void end(Throwable reason) {
            giveUp(Response.fromResponse(ProblemMapper.response(reason))
                    .header("Connection", "close")
                    .build());
        }

        /** Gives up between two reads, since the answer may have the rest of the body discarded. */
        private void giveUp(Response answer) {
            refusal = answer;
            reader.run();
        }

        private void readAvailable() {
            Response answer = refusal;
            if (answer != null) {
                refuse(() -> LateAnswer.send(exchange, response, answer));
            }
            try {
                while (!done.get() && (allRead || in.isReady())) {
                    if (length == body.length && !grow()) {
                        // A client whose body is too long anyway must not try again.
                        refuse(() -> response.resume(announced > maxBytes ? JsonBody.tooLong(maxBytes) : full()));
                        return;
                    }
                    int read = read();
                    length += Math.max(read, 0);
                    if ((read < 0 || length > maxBytes) && isFirst()) {
                        end(() -> use(Arrays.copyOf(body, length)));
                    }
                }
            } catch (IOException e) {
                onError(e);
            }
        }

        private int read() throws IOException {
            return allRead && in.available() == 0 ? -1 : in.read(body, length, body.length - length);
        }

        private boolean grow() {
            int more = Math.min(Math.max(FIRST_BYTES, body.length), maxBytes + 1 - body.length);
            if (!share.take(more)) {
                return false;
            }
            body = Arrays.copyOf(body, body.length + more);
            return true;
        }

        private void use(byte[] whole) {
            try {
                share.keep((long) FACTOR * whole.length);
                use.use(JsonBody.text(whole, maxBytes), share::keep).whenComplete((ended, error) -> share.close());
            } catch (RuntimeException | Error e) {
                share.close();
                response.resume(e);
            }
        }

        private void refuse(Runnable answer) {
            if (isFirst()) {
                share.close();
                end(answer);
            }
        }

        private boolean isFirst() {
            return done.compareAndSet(false, true);
        }

        /** Runs the outcome on another thread, since it may write the answer and block. */
        private void end(Runnable outcome) {
            checks.remove(lateness);
            executor.execute(() -> {
                try {
                    outcome.run();
                } finally {
                    publishers.end(this);
                }
            });
        }
    }
}
