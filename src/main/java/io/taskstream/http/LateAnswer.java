package io.taskstream.http;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.ws.rs.container.AsyncResponse;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * The answer to a request that may outlive JAX-RS. When Payara undeploys, it destroys Jersey before the application learns of it,
 * and Jersey can answer no suspended request any more.
 */
public final class LateAnswer {

    private LateAnswer() {}

    /**
     * Answers by JAX-RS, or as a servlet if JAX-RS fails. May block.
     *
     * @param exchange the request's, which no other thread uses any more
     * @param answer has no entity or an array of bytes
     * @throws RuntimeException if neither can answer, as when the request has been answered already
     */
    public static void send(AsyncContext exchange, AsyncResponse response, Response answer) {
        try {
            response.resume(answer);
        } catch (RuntimeException e) {
            try {
                send(exchange, answer);
            } catch (RuntimeException again) {
                e.addSuppressed(again);
                throw e;
            }
        }
    }

    private static void send(AsyncContext exchange, Response answer) {
        HttpServletResponse response = (HttpServletResponse) exchange.getResponse();
        if (response.isCommitted()) {
            throw new IllegalStateException("The request is answered");
        }
        response.setStatus(answer.getStatus());
        answer.getStringHeaders().forEach((name, values) -> response.setHeader(name, String.join(", ", values)));
        byte[] body = answer.getEntity() instanceof byte[] bytes ? bytes : new byte[0];
        response.setContentLength(body.length);
        UnpooledOutput.use(response);
        try {
            response.getOutputStream().write(body);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            exchange.complete();
        }
    }
}
