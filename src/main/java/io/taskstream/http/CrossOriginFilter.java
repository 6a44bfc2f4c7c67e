package io.taskstream.http;

import io.taskstream.access.Origins;
import jakarta.annotation.Priority;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.ws.rs.HttpMethod;
import jakarta.ws.rs.Priorities;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import jakarta.ws.rs.container.PreMatching;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.ext.Provider;
import org.jspecify.annotations.Nullable;

/**
 * Tells browsers which other origins' scripts may read the answers (Fetch, section 3.2). It writes to the response
 * itself, as streams do: no response filter sees those.
 */
@Provider
@PreMatching
@Priority(Priorities.AUTHENTICATION - 200)
public class CrossOriginFilter implements ContainerRequestFilter {

    private static final String METHODS = "GET, HEAD, POST, PUT, DELETE";
    private static final String REQUEST_HEADERS =
            "Authorization, Content-Type, If-Match, If-None-Match, Idempotency-Key, Last-Event-ID";
    private static final String ANSWER_HEADERS = "Location, ETag, Retry-After, WWW-Authenticate";

    private final Origins origins;

    @Context
    private volatile @Nullable HttpServletResponse response;

    public CrossOriginFilter(Origins origins) {
        this.origins = origins;
    }

    @Override
    public void filter(ContainerRequestContext request) {
        HttpServletResponse answer = Injected.value(() -> response);
        UnpooledOutput.keep(request, answer);
        answer.setHeader("X-Content-Type-Options", "nosniff");
        if (origins.allowsOthers()) {
            // Also where there is no origin, so that no cache gives that answer to a page elsewhere.
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
