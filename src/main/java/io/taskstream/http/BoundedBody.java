package io.taskstream.http;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.container.AsyncResponse;
import java.io.IOException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Reads a body in JSON for a suspended request. JAX-RS would read it on the thread that it calls the resource on, and hold
 * that thread until the last byte has come: some dozens of clients that send half of a body would hold them all.
 *
 * @param executor does what is to be done with a body that came after its head
 * @param maxBytes is the size that a body may have; a longer one is answered 413
 */
public record BoundedBody(Executor executor, int maxBytes) {

    private static final long PATIENCE_SECONDS = 60;

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

    private void await(ServletInputStream in, AsyncResponse response, Consumer<String> use) {
        var reader = new BodyReader(
                in,
                maxBytes,
                body -> executor.execute(() -> answer(response, body, use)),
                () -> executor.execute(response::cancel));
        response.setTimeoutHandler(late -> {
            if (reader.giveUp()) {
                late.resume(Problem.of(408, "The body did not come in time").response());
            }
        });
        response.setTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS);
        in.setReadListener(reader);
    }

    private void answer(AsyncResponse response, byte[] body, Consumer<String> use) {
        response.setTimeout(AsyncResponse.NO_TIMEOUT, TimeUnit.SECONDS);
        try {
            use.accept(Bodies.text(body, maxBytes));
        } catch (RuntimeException e) {
            response.resume(e);
        }
    }
}
