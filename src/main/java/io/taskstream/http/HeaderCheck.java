package io.taskstream.http;

import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import jakarta.ws.rs.container.PreMatching;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.ext.Provider;
import java.util.regex.Pattern;

/**
 * Refuses a request whose {@code Accept} has a weight that is none (RFC 9110, section 12.4.2), before a resource is
 * chosen by it: RESTEasy would call that a failure of the server.
 */
@Provider
@PreMatching
public class HeaderCheck implements ContainerRequestFilter {

    private static final Pattern WEIGHT = Pattern.compile("0(\\.\\d{0,3})?|1(\\.0{0,3})?");

    @Override
    public void filter(ContainerRequestContext request) {
        if (!request.getAcceptableMediaTypes().stream().allMatch(HeaderCheck::hasWeight)) {
            request.abortWith(
                    Problem.of(400, "A weight in the header 'Accept' is a number from 0 to 1, of three digits at most")
                            .response());
        }
    }

    private static boolean hasWeight(MediaType type) {
        String weight = type.getParameters().get("q");
        return weight == null || WEIGHT.matcher(weight).matches();
    }
}
