package io.taskstream.http;

import jakarta.servlet.ServletRequest;
import jakarta.servlet.http.HttpServletRequest;
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

    private static boolean isVersion1(ServletRequest request) {
        return request.getProtocol().startsWith("HTTP/1");
    }
}
