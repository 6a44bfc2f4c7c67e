package io.taskstream.http;

import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.core.Response;

/** The answer to those who have not shown who they are (RFC 6750, section 3). */
final class Challenge {

    private Challenge() {}

    /** Says what to show, or that what was shown is not good; what was wrong with it is for the audit log alone. */
    static Response to(ContainerRequestContext request, String reason, boolean presentedSomething) {
        AuditFilter.because(request, reason);
        String challenge = presentedSomething ? "Bearer error=\"invalid_token\"" : "Bearer";
        return Response.fromResponse(Problem.of(
                                401,
                                presentedSomething
                                        ? "The token, ticket or cookie is not valid here, or not any more"
                                        : "This needs a token: see Authorization: Bearer")
                        .response())
                .header("WWW-Authenticate", null)
                .header("WWW-Authenticate", challenge)
                .build();
    }
}
