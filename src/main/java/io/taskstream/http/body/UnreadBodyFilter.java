package io.taskstream.http.body;

import io.taskstream.http.Problem;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/**
 * Blocks no thread for a body that is not read. Undertow reads the unread rest of a body before it ends the exchange, on the
 * thread that ends it, and without a bound in time where the listener has no read timeout. A few hundred requests that
 * announce a body and send none would block all its workers. So each such exchange ends with its body, and until then the
 * body is {@linkplain WatchedRequest discarded without blocking}.
 *
 * <p>Where connections are not kept alive, only a body that is read without blocking holds up its exchange: Grizzly waits for
 * no unread body, and fails when a response is closed before its request has been read. But it takes what arrives of a body
 * after the end of its exchange for a further request with the same head, also each chunk that had arrived when the connection
 * was reset. Such a request's response is committed already; nothing is done for it.
 */
public class UnreadBodyFilter extends HttpFilter {

    private static final long serialVersionUID = 1;

    private static final String WATCHED = UnreadBodyFilter.class.getName();
    private static final String KEEP_ALIVE = WATCHED + ".keepAlive";

    /**
     * Sets whether a connection is kept for further requests when the body of one arrived after its head. The filter finds
     * this in the context, because the container makes filters before the application has started.
     *
     * <p>Grizzly cannot keep the connection: the thread that received the body's end may be busy with it while another one
     * answers. Both then seem to read the connection's next request, which is answered 400.
     *
     * @param isSafe if false, the answer to each such request is the connection's last
     */
    public static void setKeepAlive(ServletContext context, boolean isSafe) {
        context.setAttribute(KEEP_ALIVE, isSafe);
    }

    @Override
    protected void doFilter(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        boolean isWatched = request.getAttribute(WATCHED) != null;
        if (!isWatched && response.isCommitted()) {
            return;
        }
        if (!isLengthReadable(request)) {
            response.setHeader("Connection", "close");
            Problem.of(400, "Content-Length must be a number of bytes, up to " + Long.MAX_VALUE)
                    .send(response);
            return;
        }
        // An error page is dispatched within a request that is watched already.
        if (isWatched || !mayHaveBody(request)) {
            chain.doFilter(request, response);
            return;
        }
        boolean keepAlive = Boolean.TRUE.equals(getServletContext().getAttribute(KEEP_ALIVE));
        var watched = new WatchedRequest(request, response, keepAlive);
        request.setAttribute(WATCHED, true);
        try {
            chain.doFilter(watched, response);
        } finally {
            request.removeAttribute(WATCHED);
        }
        if (keepAlive && !request.isAsyncStarted() && !watched.isReadToEnd()) {
            watched.startAsync().complete();
        }
    }

    /** Undertow accepts lengths that its own {@code getContentLength} cannot parse. */
    private static boolean isLengthReadable(HttpServletRequest request) {
        try {
            return request.getContentLengthLong() >= -1;
        } catch (NumberFormatException e) {
            return false;
        }
    }

    /** HTTP/2 needs no header to announce a body (RFC 9113, section 8.1). */
    private static boolean mayHaveBody(HttpServletRequest request) {
        return request.getContentLengthLong() > 0
                || request.getHeader("Transfer-Encoding") != null
                || !request.getProtocol().startsWith("HTTP/1");
    }
}
