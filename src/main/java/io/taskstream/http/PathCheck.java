package io.taskstream.http;

import jakarta.enterprise.inject.Vetoed;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import jakarta.ws.rs.container.PreMatching;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.ext.Provider;
import org.jspecify.annotations.Nullable;

/**
 * Refuses a path with matrix parameters (RFC 3986, section 3.3). No resource takes any, and JAX-RS leaves them out before
 * it compares paths, so that {@code /tasks/a;b=c} would be the task {@code a}. It is kept from CDI as
 * {@link AuthorizationFilter} is, so that RESTEasy fills in its field.
 */
@Vetoed
@Provider
@PreMatching
public class PathCheck implements ContainerRequestFilter {

    @Context
    private volatile @Nullable HttpServletRequest exchange;

    @Override
    public void filter(ContainerRequestContext request) {
        // Payara takes jsessionid out of the path before anybody sees it.
        if (request.getUriInfo().getRequestUri().getRawPath().indexOf(';') >= 0
                || Injected.value(() -> exchange).isRequestedSessionIdFromURL()) {
            request.abortWith(
                    Problem.of(400, "A path here has no parameters, so no ';'").response());
        }
    }
}
