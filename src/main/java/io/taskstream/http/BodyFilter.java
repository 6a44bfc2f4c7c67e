package io.taskstream.http;

import static java.util.Objects.requireNonNull;

import jakarta.inject.Inject;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.annotation.WebFilter;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads bounded bodies before JAX-RS does, which would hold a thread until the last byte has come: some dozens of
 * clients that send half of a body would hold them all. Bodies that are streams of lines pass, as do those that have
 * arrived with their head, which are nearly all.
 */
@WebFilter(
        urlPatterns = "/*",
        asyncSupported = true,
        dispatcherTypes = {DispatcherType.REQUEST, DispatcherType.ASYNC})
public class BodyFilter extends HttpFilter {

    private static final long serialVersionUID = 1;

    private static final String BODY = BodyFilter.class.getName() + ".body";
    private static final Set<String> METHODS = Set.of("POST", "PUT", "PATCH");

    @Inject
    private transient @Nullable Limits limits;

    @Override
    protected void doFilter(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        if (request.getAttribute(BODY) instanceof byte[] body) {
            request.removeAttribute(BODY);
            chain.doFilter(new BufferedRequest(request, body), response);
        } else if (isAwaited(request)) {
            readBefore(request, response);
        } else {
            chain.doFilter(request, response);
        }
    }

    private void readBefore(HttpServletRequest request, HttpServletResponse response) throws IOException {
        AsyncContext exchange = request.startAsync(request, response);
        var reader =
                new BodyReader(request.getInputStream(), requireNonNull(limits).bodyBytes(), exchange, body -> {
                    request.setAttribute(BODY, body);
                    exchange.dispatch();
                });
        reader.start();
    }

    /** Whether there is a body that is no stream, and not all of it has come. */
    private static boolean isAwaited(HttpServletRequest request) throws IOException {
        if (!METHODS.contains(request.getMethod()) || isStream(request.getContentType())) {
            return false;
        }
        long length = request.getContentLengthLong();
        if (length >= 0) {
            return length > 0 && request.getInputStream().available() < length;
        }
        return request.getHeader("Transfer-Encoding") != null
                || !request.getProtocol().startsWith("HTTP/1");
    }

    private static boolean isStream(@Nullable String type) {
        String lower = type == null ? "" : type.strip().toLowerCase(Locale.ROOT);
        return lower.startsWith("text/plain") || lower.startsWith("application/x-ndjson");
    }
}
