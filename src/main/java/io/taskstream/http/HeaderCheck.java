package io.taskstream.http;

import jakarta.ws.rs.ProcessingException;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import jakarta.ws.rs.container.PreMatching;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.ext.Provider;
import java.util.regex.Pattern;

/**
 * Refuses a request whose {@code Accept} can't be read, or has a weight that is none (RFC 9110, section 12.4.2), before
 * a resource is chosen by it: the implementations of JAX-RS would call that a failure of the server.
 */
@Provider
@PreMatching
public class HeaderCheck implements ContainerRequestFilter {

    private static final Pattern WEIGHT = Pattern.compile("0(\\.\\d{0,3})?|1(\\.0{0,3})?");

    @Override
    public void filter(ContainerRequestContext request) {
        if (!isAcceptReadable(request)) {
            request.abortWith(Problem.of(400, "The header 'Accept' is not a list of media types with their weights")
                    .response());
        }
    }

    private static boolean isAcceptReadable(ContainerRequestContext request) {
        try {
            return request.getAcceptableMediaTypes().stream().allMatch(HeaderCheck::hasWeight);
        } catch (ProcessingException | IllegalArgumentException e) {
            return false;
        }
    }

    private static boolean hasWeight(MediaType type) {
        String weight = type.getParameters().get("q");
        return weight == null || WEIGHT.matcher(weight).matches();
    }
}
