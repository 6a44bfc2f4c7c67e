package io.taskstream.http;

import jakarta.servlet.ServletRequest;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.InputStream;

/** Bodies of which not all came with the head, so that they are read with non-blocking input. */
final class Awaited {

    private Awaited() {}

    /**
     * Whether the request has such a body.
     *
     * @param in the body, untouched
     */
    static boolean is(HttpServletRequest request, InputStream in) throws IOException {
        long length = request.getContentLengthLong();
        if (length >= 0) {
            return length > 0 && in.available() < length;
        }
        return request.getHeader("Transfer-Encoding") != null || !isVersion1(request);
    }

    /**
     * Lets the answer be the connection's last. The answer is given by another thread than the one that received the
     * body's end; with Grizzly both then wait for the connection's next request, and if both read some of it, it is
     * answered 400.
     *
     * @param request must be suspended
     */
    static void closesConnection(HttpServletRequest request) {
        if (isVersion1(request)) {
            ((HttpServletResponse) request.getAsyncContext().getResponse()).setHeader("Connection", "close");
        }
    }

    private static boolean isVersion1(ServletRequest request) {
        return request.getProtocol().startsWith("HTTP/1");
    }
}
