package io.taskstream.http.filter;

import io.taskstream.access.Origins;
import io.taskstream.http.Exchange;
import jakarta.annotation.Priority;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.ws.rs.HttpMethod;
import jakarta.ws.rs.Priorities;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import jakarta.ws.rs.container.PreMatching;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.ext.Provider;

/**
 * Sets the headers that allow scripts of other origins to read the answers (CORS; Fetch, section 3.2). It sets them on the
 * servlet response, because response filters do not see streams.
 */
@Provider
@PreMatching
@Priority(Priorities.AUTHENTICATION - 200)
public class CrossOriginFilter implements ContainerRequestFilter {

    private static final String METHODS = "GET, HEAD, POST, PUT, PATCH, DELETE";
    private static final String REQUEST_HEADERS =
            "Authorization, Content-Type, If-Match, If-None-Match, Idempotency-Key, Last-Event-ID, Upload-Offset,"
                    + " Upload-Complete, Upload-Interval, Range, If-Range";
    private static final String ANSWER_HEADERS =
            "Location, ETag, Retry-After, WWW-Authenticate, Upload-Offset, Upload-Complete, Accept-Ranges, Content-Range,"
                    + " First-Event-ID, Last-Event-ID, Missing-Events";

    private final Origins origins;

    public CrossOriginFilter(Origins origins) {
        this.origins = origins;
    }

    @Override
    public void filter(ContainerRequestContext request) {
        HttpServletResponse answer = Exchange.of(request).response();
        answer.setHeader("X-Content-Type-Options", "nosniff");
        if (origins.allowsOthers()) {
            // Also without an origin, so that no cache gives that answer to a page of another origin.
            answer.addHeader("Vary", "Origin");
        }
        String origin = request.getHeaderString("Origin");
        if (origin == null || !origins.allows(origin)) {
            return;
        }
        answer.setHeader("Access-Control-Allow-Origin", origin);
        if (origins.credentials()) {
            answer.setHeader("Access-Control-Allow-Credentials", "true");
        }
        if (isPreflight(request)) {
            request.abortWith(Response.noContent()
                    .header("Access-Control-Allow-Methods", METHODS)
                    .header("Access-Control-Allow-Headers", REQUEST_HEADERS)
                    .header("Access-Control-Max-Age", "600")
                    .build());
            return;
        }
        answer.setHeader("Access-Control-Expose-Headers", ANSWER_HEADERS);
    }

    private static boolean isPreflight(ContainerRequestContext request) {
        return request.getMethod().equals(HttpMethod.OPTIONS)
                && request.getHeaderString("Access-Control-Request-Method") != null;
    }
}
