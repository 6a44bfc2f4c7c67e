package io.taskstream.http;

import static java.util.Objects.requireNonNull;

import jakarta.inject.Inject;
import jakarta.inject.Provider;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Lets no thread wait for a body that nobody reads. Undertow reads what a request leaves unread before it ends the
 * exchange, on the thread that ends it, and without a bound in time where the listener has no read timeout: a few hundred
 * requests that announce a body and send none would hold all its workers. So each such exchange ends when its body has,
 * and until then its body is {@linkplain WatchedRequest discarded without blocking}.
 *
 * <p>Where connections are not {@linkplain KeepAlive kept}, this is left to the container: Grizzly waits for no body that is
 * left unread, and fails when a response is closed before its request has been read.
 */
public class UnreadBodyFilter extends HttpFilter {

    private static final long serialVersionUID = 1;

    private static final String WATCHED = UnreadBodyFilter.class.getName();

    /** Asked when the first body comes: the container makes filters before the application has started. */
    @Inject
    private transient @Nullable Provider<KeepAlive> provider;

    private transient volatile @Nullable KeepAlive keepAlive;

    @Override
    protected void doFilter(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        if (!isLengthReadable(request)) {
            response.setHeader("Connection", "close");
            Problem.of(400, "Content-Length must be a number of bytes, up to " + Long.MAX_VALUE)
                    .send(response);
            return;
        }
        // An error page within a request that is watched already.
        if (!mayHaveBody(request) || request.getAttribute(WATCHED) != null) {
            chain.doFilter(request, response);
            return;
        }
        var watched = new WatchedRequest(request, response, keepAlive());
        request.setAttribute(WATCHED, true);
        try {
            chain.doFilter(watched, response);
        } finally {
            request.removeAttribute(WATCHED);
        }
        if (keepAlive().isSafe() && !request.isAsyncStarted() && !watched.isReadToEnd()) {
            watched.startAsync().complete();
        }
    }

    private KeepAlive keepAlive() {
        KeepAlive known = keepAlive;
        if (known == null) {
            known = requireNonNull(provider, "The container has injected nothing")
                    .get();
            keepAlive = known;
        }
        return known;
    }

    /** Undertow lets lengths pass that it can't tell an application. */
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
