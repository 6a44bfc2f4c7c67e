package io.taskstream.http.filter;

import io.taskstream.http.Exchange;
import io.taskstream.http.Problem;
import jakarta.ws.rs.container.ContainerRequestContext;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The largest head of a request that is accepted, whatever the server accepts; 0 is any size.
 *
 * @param headerBytes bytes of the names and values of all header fields
 * @param queryBytes bytes of the query as it was sent
 */
public record HeadLimits(int headerBytes, int queryBytes) {

    /** Returns the problem of a head that is too large, {@code null} if it is not. */
    @Nullable
    Problem check(ContainerRequestContext request) {
        String query = Exchange.of(request).request().getQueryString();
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
