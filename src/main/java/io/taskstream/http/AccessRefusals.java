package io.taskstream.http;

import io.taskstream.access.Audit;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.core.Response;
import java.util.LinkedHashMap;
import java.util.Map;

/** Answers those who are not let in, and notes it. */
final class AccessRefusals {

    private final Audit audit;

    AccessRefusals(Audit audit) {
        this.audit = audit;
    }

    /** 401: they have not shown who they are (RFC 6750, section 3). The client is not told what was wrong. */
    Response unknown(ContainerRequestContext request, String address, String reason, boolean presentedSomething) {
        note(request, 401, address, "", reason);
        String challenge = presentedSomething ? "Bearer error=\"invalid_token\"" : "Bearer";
        return Response.fromResponse(Problem.of(
                                401,
                                presentedSomething
                                        ? "The token, ticket or cookie is not valid here, or not any more"
                                        : "This needs a token: see Authorization: Bearer")
                        .response())
                .header("WWW-Authenticate", challenge)
                .build();
    }

    /** 403: they are known and may not. */
    Response forbidden(ContainerRequestContext request, Caller caller, String detail) {
        note(request, 403, caller.address(), caller.grant().subject(), detail);
        return Problem.of(403, detail).response();
    }

    /** Any other refusal, before anybody has looked who it is. */
    Response other(ContainerRequestContext request, String address, Problem problem) {
        note(request, problem.status(), address, "", problem.detail());
        return problem.response();
    }

    private void note(ContainerRequestContext request, int status, String address, String subject, String reason) {
        Map<String, String> more = new LinkedHashMap<>();
        more.put("status", Integer.toString(status));
        more.put("reason", reason);
        more.put("method", request.getMethod());
        // The path only: a query may hold a ticket.
        more.put("path", request.getUriInfo().getPath());
        more.put("address", address);
        if (!subject.isEmpty()) {
            more.put("subject", subject);
        }
        audit.note("refused", more);
    }
}
