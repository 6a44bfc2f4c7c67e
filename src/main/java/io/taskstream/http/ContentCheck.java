package io.taskstream.http;

import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import jakarta.ws.rs.container.PreMatching;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.ext.Provider;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Refuses bodies in a coding that is not undone here: taken as they come, they would be stored as garbage. */
@Provider
@PreMatching
public class ContentCheck implements ContainerRequestFilter {

    private static final String IDENTITY = "identity";

    @Override
    public void filter(ContainerRequestContext request) {
        if (!areAll(request.getHeaderString(HttpHeaders.CONTENT_ENCODING), IDENTITY)) {
            // RFC 9110, section 12.5.3: in an answer 415 the field says what would have been right.
            request.abortWith(
                    Response.fromResponse(Problem.of(415, "A body must have no Content-Encoding: send it uncompressed")
                                    .response())
                            .header(HttpHeaders.ACCEPT_ENCODING, IDENTITY)
                            .build());
        } else if (!areAll(request.getHeaderString("Transfer-Encoding"), "chunked")) {
            // RFC 9112, section 6.1. The body's end is known only to who can undo the coding.
            request.abortWith(
                    Response.fromResponse(Problem.of(501, "Of the transfer codings only chunked is taken here")
                                    .response())
                            .header("Connection", "close")
                            .build());
        }
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
