package io.taskstream.http;

import jakarta.ws.rs.container.ContainerRequestContext;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How large the head of a request may be, whatever the server takes; 0 is any size.
 *
 * @param headerBytes names and values of all header fields
 * @param queryBytes the query as it was sent
 */
public record HeadLimits(int headerBytes, int queryBytes) {

    /** What is wrong with the request's head, {@code null} if nothing is. */
    @Nullable
    Problem check(ContainerRequestContext request) {
        String query = request.getUriInfo().getRequestUri().getRawQuery();
        if (queryBytes > 0 && query != null && query.length() > queryBytes) {
            return Problem.of(414, "A query has at most " + queryBytes + " bytes");
        }
        if (headerBytes > 0 && size(request.getHeaders()) > headerBytes) {
            return Problem.of(431, "The header fields of a request have at most " + headerBytes + " bytes");
        }
        return null;
    }

    private static long size(Map<String, List<String>> headers) {
        long size = 0;
        for (Map.Entry<String, List<String>> field : headers.entrySet()) {
            for (String value : field.getValue()) {
                size += field.getKey().length() + value.length();
            }
        }
        return size;
    }
}
