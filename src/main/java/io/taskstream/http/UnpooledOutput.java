package io.taskstream.http;

import jakarta.servlet.ServletResponse;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerResponseContext;
import jakarta.ws.rs.container.ContainerResponseFilter;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.ext.Provider;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;

/**
 * Keeps output that another thread than the connection's own writes out of the container's pooled buffers.
 *
 * <p>Undertow keeps small output in a pooled buffer. If a write off the I/O thread fails, the buffer goes back to the pool
 * while the failed write is still changing its position and limit, and the next request of another connection loses its
 * body (src/docs/reports/undertow-pooled-buffer.md). A response whose buffer size was set has a buffer of its own.
 *
 * <p>This filter covers what JAX-RS writes; streams and servlets call {@link #use} themselves. The answer to a published event
 * needs neither, because only the I/O thread writes it and releases its buffer.
 */
@Provider
public class UnpooledOutput implements ContainerResponseFilter {

    /**
     * In bytes. Nothing fits, so each write goes to the connection at once. Nothing remains when a write fails, which
     * Undertow would try to send again and report as an error (UT005088). Grizzly takes 512 instead.
     */
    private static final int BUFFER_SIZE = 1;

    /**
     * Makes the response's output unpooled.
     *
     * @param response whose body has not been begun
     */
    public static void use(ServletResponse response) {
        response.setBufferSize(BUFFER_SIZE);
    }

    @Override
    public void filter(ContainerRequestContext request, ContainerResponseContext answer) {
        Exchange exchange = Exchange.find(request);
        if (exchange != null) {
            use(exchange.response());
        }
        if (answer.getEntity() instanceof byte[] body) {
            // Without a buffer the container cannot tell the length.
            answer.getHeaders().putSingle(HttpHeaders.CONTENT_LENGTH, body.length);
            answer.setEntityStream(new ForWhoeverIsThere(answer.getEntityStream()));
        }
    }

    /** A client that leaves before its answer is no fault of the server, but RESTEasy reports it as an error (RESTEASY002020). */
    private static final class ForWhoeverIsThere extends FilterOutputStream {

        ForWhoeverIsThere(OutputStream out) {
            super(out);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) {
            try {
                out.write(bytes, offset, length);
            } catch (IOException e) {
                // It has gone.
            }
        }

        @Override
        public void flush() {
            try {
                out.flush();
            } catch (IOException e) {
                // It has gone.
            }
        }

        @Override
        public void close() {
            try {
                out.close();
            } catch (IOException e) {
                // It has gone.
            }
        }
    }
}
