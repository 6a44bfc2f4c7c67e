package io.taskstream.http;

import jakarta.servlet.AsyncContext;
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
     * Lets the answer be the connection's last: the thread that received the body's end may still be at it when another
     * one answers, and with Grizzly the two then seem to read the connection's next request both, which is answered 400.
     *
     * @param exchange whose answer has not begun
     */
    static void closesConnection(AsyncContext exchange) {
        if (isVersion1(exchange.getRequest())) {
            ((HttpServletResponse) exchange.getResponse()).setHeader("Connection", "close");
        }
    }

    private static boolean isVersion1(ServletRequest request) {
        return request.getProtocol().startsWith("HTTP/1");
    }
}
