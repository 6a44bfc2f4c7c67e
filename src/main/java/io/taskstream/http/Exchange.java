package io.taskstream.http;

import static java.util.Objects.requireNonNull;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.ws.rs.container.ContainerRequestContext;
import org.jspecify.annotations.Nullable;

/**
 * The servlet request and response of a request, for the filters of JAX-RS. They find it among the request's attributes, which
 * JAX-RS shows as properties. Injected fields would not do: RESTEasy injects none into response filters, and fills in those of
 * request filters too late for concurrent first requests.
 */
public record Exchange(HttpServletRequest request, HttpServletResponse response) {

    private static final String NAME = Exchange.class.getName();

    /** Adds it to the request's attributes. */
    public void attach() {
        request.setAttribute(NAME, this);
    }

    /** Returns the exchange of the request. */
    public static Exchange of(ContainerRequestContext request) {
        return requireNonNull(find(request), "No servlet filter has attached the exchange");
    }

    static @Nullable Exchange find(ContainerRequestContext request) {
        return (Exchange) request.getProperty(NAME);
    }
}
