package io.taskstream.http;

import io.taskstream.access.LimitException;
import io.taskstream.access.limit.ByteBudget;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.container.AsyncResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads a body in JSON for a suspended request. JAX-RS would read it on the thread that it calls the resource on, and hold
 * that thread until the last byte has come: some dozens of clients that send half of a body would hold them all. What all
 * of them together have sent is bounded, too.
 *
 * <p>Bodies that do not come in time are found by looking, and not by {@link AsyncResponse#setTimeout}: RESTEasy leaves
 * each timeout with its scheduler until its time has come, and with it the request and all that was read of it.
 */
public final class BoundedBody {

    static final Duration PATIENCE = Duration.ofSeconds(60);

    /** How many bytes of heap a byte of a body takes while it is read as text: itself, the text, and the text's parts. */
    private static final int FACTOR = 4;

    private final Executor executor;
    private final EverySecond everySecond;
    private final ByteBudget budget;
    private final int maxBytes;

    /**
     * @param executor does what is to be done with a body that came after its head
     * @param everySecond looks for bodies that do not come in time
     * @param budget holds what has come of all bodies; whoever finds it spent is answered 503
     * @param maxBytes is the size that a body may have; a longer one is answered 413
     */
    public BoundedBody(Executor executor, EverySecond everySecond, ByteBudget budget, int maxBytes) {
        this.executor = executor;
        this.everySecond = everySecond;
        this.budget = budget;
        this.maxBytes = maxBytes;
    }

    /**
     * Hands on the body as text, at once and on this thread if all of it is here, as it nearly always is. What is thrown on
     * the way is the answer, whichever thread it is thrown on. A body that does not come in time is answered 408.
     *
     * @param request must be suspended, and its body untouched
     * @param caller whose part of what may be received it counts to
     */
    void read(HttpServletRequest request, Caller caller, AsyncResponse response, Consumer<String> use) {
        readAndKeep(request, caller, response, (body, held) -> {
            use.accept(body);
            return CompletableFuture.completedStage(null);
        });
    }

    /**
     * The same for a use that goes on after it has returned.
     *
     * @param caller whose part of what may be received it counts to
     * @param use answers when it has no more need of the body, which counts until then
     */
    void readAndKeep(HttpServletRequest request, Caller caller, AsyncResponse response, Use use) {
        AsyncContext exchange = request.getAsyncContext();
        exchange.setTimeout(0);
        try {
            ServletInputStream in = request.getInputStream();
            if (Awaited.is(request, in)) {
                await(in, request.getContentLengthLong(), caller, response, use);
            } else {
                // It is no larger than what the server keeps for the connection anyway, so only what it becomes counts.
                useNow(Bodies.text(in, maxBytes), caller, use);
            }
        } catch (IOException e) {
            throw Problem.of(400, "The body broke off").asException();
        }
    }

    private void useNow(String body, Caller caller, Use use) {
        var share = new AtomicReference<ByteBudget.@Nullable Allocation>();
        Runnable giveBack = () -> {
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
                    .whenComplete((done, error) -> giveBack.run());
        } catch (RuntimeException | Error e) {
            giveBack.run();
            throw e;
        }
    }

    private static LimitException full() {
        return LimitException.ofServer("The server is receiving as much as it can hold", Duration.ofSeconds(1));
    }

    /** What is done with a body. */
    interface Use {

        /**
         * Uses the body.
         *
         * @param body as text
         * @param held is told, once at most, how many bytes of heap is held from now on until the use has ended; throws a
         *     {@link LimitException} if there is no room for them
         * @return ends with the use
         */
        CompletionStage<?> use(String body, LongConsumer held);
    }

    /**
     * The same for a body that has yet to come.
     *
     * @param announced how many bytes the body is said to have, -1 if that is not said
     */
    void await(ServletInputStream in, long announced, Caller caller, AsyncResponse response, Use use) {
        var arrival = new Arrival(in, announced, caller.share(budget), response, use);
        everySecond.add(arrival.look);
        in.setReadListener(arrival.reader);
    }

    /** A body that is on its way. */
    private final class Arrival implements BodyReader.Taker {

        private final long announced;
        private final AsyncResponse response;
        private final Use use;
        private final ByteBudget.Allocation share;
        private final BodyReader reader;
        private final long deadline = everySecond.nanos() + PATIENCE.toNanos();
        private final LongConsumer look = this::giveUpIfLate;

        Arrival(ServletInputStream in, long announced, ByteBudget.Allocation share, AsyncResponse response, Use use) {
            this.announced = announced;
            this.share = share;
            this.response = response;
            this.use = use;
            this.reader = new BodyReader(in, maxBytes, share, this);
        }

        @Override
        public void arrived(byte[] body) {
            end(() -> {
                try {
                    share.keep((long) FACTOR * body.length);
                    use.use(Bodies.text(body, maxBytes), share::keep).whenComplete((done, error) -> share.close());
                } catch (RuntimeException | Error e) {
                    share.close();
                    response.resume(e);
                }
            });
        }

        @Override
        public void lost() {
            share.close();
            end(response::cancel);
        }

        /** Whoever has a body that is too long need not come again. */
        @Override
        public void refused() {
            share.close();
            end(() -> response.resume(announced > maxBytes ? Bodies.tooLong(maxBytes) : full()));
        }

        private void giveUpIfLate(long now) {
            if (now - deadline >= 0) {
                reader.giveUp();
            }
        }

        @Override
        public void late() {
            share.close();
            end(() -> response.resume(
                    Problem.of(408, "The body did not come in time").response()));
        }

        /** What ends it may write the answer, and block. */
        private void end(Runnable answer) {
            everySecond.remove(look);
            executor.execute(answer);
        }
    }
}
