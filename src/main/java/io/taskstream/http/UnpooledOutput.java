package io.taskstream.http;

import jakarta.servlet.ServletResponse;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerResponseContext;
import jakarta.ws.rs.container.ContainerResponseFilter;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.ext.Provider;

/**
 * Keeps output that is written by other threads than the connection's own out of the container's pooled buffers.
 *
 * <p>Undertow keeps small output in a pooled buffer. If a write off the I/O thread fails, the buffer goes back to the pool
 * while the failed write is still changing its position and limit, and the next request of another connection loses its
 * body (src/docs/reports/undertow-pooled-buffer.md). A response whose buffer size was set has a buffer of its own.
 *
 * <p>As a filter it sees what JAX-RS writes; streams and servlets call {@link #use} themselves. {@link QuickAnswer} does
 * without: its output is written, and its buffer given back, by the I/O thread alone.
 */
@Provider
public class UnpooledOutput implements ContainerResponseFilter {

    /**
     * In bytes: nothing fits, so each write goes to the connection at once, and nothing is left over when one fails, which
     * Undertow would try to send again, and report as an error (UT005088). Grizzly takes 512 instead.
     */
    private static final int BUFFER_SIZE = 1;

    private static final String RESPONSE = UnpooledOutput.class.getName();

    /**
     * Makes the response's output unpooled.
     *
     * @param response nothing of whose body has been written
     */
    static void use(ServletResponse response) {
        response.setBufferSize(BUFFER_SIZE);
    }

    /** Keeps the response for when JAX-RS writes the answer: RESTEasy does not inject it into response filters. */
    static void keep(ContainerRequestContext request, ServletResponse response) {
        request.setProperty(RESPONSE, response);
    }

    @Override
    public void filter(ContainerRequestContext request, ContainerResponseContext answer) {
        if (request.getProperty(RESPONSE) instanceof ServletResponse response) {
            use(response);
        }
        if (answer.getEntity() instanceof byte[] body) {
            // The container keeps nothing from which it could tell the length itself.
            answer.getHeaders().putSingle(HttpHeaders.CONTENT_LENGTH, body.length);
        }
    }
}
