package io.taskstream.http;

import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import jakarta.ws.rs.container.PreMatching;
import jakarta.ws.rs.ext.Provider;

/**
 * Refuses a path with matrix parameters (RFC 3986, section 3.3). No resource takes any, and JAX-RS leaves them out before
 * it compares paths, so that {@code /tasks/a;b=c} would be the task {@code a}.
 */
@Provider
@PreMatching
public class PathCheck implements ContainerRequestFilter {

    @Override
    public void filter(ContainerRequestContext request) {
        if (request.getUriInfo().getRequestUri().getRawPath().indexOf(';') >= 0) {
            request.abortWith(Problem.of(400, "A path here has no parameters, so no ';'").response());
        }
    }
}
