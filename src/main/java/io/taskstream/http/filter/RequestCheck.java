package io.taskstream.http.filter;

import io.taskstream.http.Exchange;
import io.taskstream.http.Problem;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import jakarta.ws.rs.container.PreMatching;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.ext.Provider;
import java.util.Arrays;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Refuses requests that JAX-RS would misunderstand.
 *
 * <p>A path with matrix parameters (RFC 3986, section 3.3): no resource has any, and JAX-RS removes them before it compares
 * paths, so that {@code /tasks/a;b=c} would be the task {@code a}. A body in a coding that is not decoded here: it would be
 * stored as garbage. And requests whose {@code Cookie} the server cannot parse, which {@code server-config} sends to a path of
 * their own, without that header.
 */
@Provider
@PreMatching
public class RequestCheck implements ContainerRequestFilter {

    private static final String IDENTITY = "identity";

    private static final Pattern COOKIE = Pattern.compile("/?error/cookie");

    @Override
    public void filter(ContainerRequestContext request) {
        // Payara removes jsessionid from the path before the application sees it.
        if (request.getUriInfo().getRequestUri().getRawPath().indexOf(';') >= 0
                || Exchange.of(request).request().isRequestedSessionIdFromURL()) {
            request.abortWith(Problem.of(400, "A path must not contain ';'").response());
        } else if (COOKIE.matcher(request.getUriInfo().getPath()).matches()) {
            request.abortWith(Problem.of(
                            400,
                            "The header Cookie must have at most 200 cookies of printable ASCII characters, see RFC 6265")
                    .response());
        } else if (!areAll(request.getHeaderString(HttpHeaders.CONTENT_ENCODING), IDENTITY)) {
            // RFC 9110, section 12.5.3: in an answer 415 the field names the accepted codings.
            Problem problem = Problem.of(415, "A body must have no Content-Encoding: send it uncompressed");
            request.abortWith(with(problem, HttpHeaders.ACCEPT_ENCODING, IDENTITY));
        } else if (!areAll(request.getHeaderString("Transfer-Encoding"), "chunked")) {
            // RFC 9112, section 6.1. Only a server that decodes the coding can find the end of the body.
            Problem problem = Problem.of(501, "The only supported transfer coding is chunked");
            request.abortWith(with(problem, "Connection", "close"));
        }
    }

    private static Response with(Problem problem, String header, String value) {
        return Response.fromResponse(problem.response()).header(header, value).build();
    }

    private static boolean areAll(@Nullable String codings, String known) {
        return codings == null
                || Arrays.stream(codings.split(","))
                        .map(String::strip)
                        .allMatch(coding -> coding.isEmpty()
                                || coding.equalsIgnoreCase(known)
                                || coding.equalsIgnoreCase(IDENTITY));
    }
}
