package io.taskstream.http;

import io.taskstream.access.Audit;
import io.taskstream.access.Grant;
import io.taskstream.access.Needs;
import io.taskstream.access.Right;
import io.taskstream.task.InvalidTaskException;
import io.taskstream.task.TaskId;
import jakarta.annotation.Priority;
import jakarta.ws.rs.HttpMethod;
import jakarta.ws.rs.Priorities;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import jakarta.ws.rs.container.ResourceInfo;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.ext.Provider;
import java.lang.reflect.Method;
import org.jspecify.annotations.Nullable;

/** Lets only those through to a resource method who have the right that it {@linkplain Needs needs}. */
@Provider
@Priority(Priorities.AUTHORIZATION)
public class AuthorizationFilter implements ContainerRequestFilter {

    private final AccessRefusals refusals;

    @Context
    private volatile @Nullable ResourceInfo resource;

    public AuthorizationFilter(Audit audit) {
        this.refusals = new AccessRefusals(audit);
    }

    @Override
    public void filter(ContainerRequestContext request) {
        Caller caller = Caller.of(request.getSecurityContext());
        Right needed = needed(Injected.value(() -> resource).getResourceMethod(), request.getMethod());
        if (needed == null) {
            request.abortWith(refusals.forbidden(request, caller, "Nobody may do this"));
        } else if (needed != Right.NONE && caller.grant().equals(Grant.NOBODY)) {
            request.abortWith(refusals.unknown(request, caller.address(), "There is no token", false));
        } else if (!isAllowed(caller.grant(), needed, request)) {
            request.abortWith(refusals.forbidden(request, caller, "You have no right to do this"));
        }
    }

    /** Whoever may do anything is told that there is no such task, also where what the path names can't be one. */
    private static boolean isAllowed(Grant grant, Right needed, ContainerRequestContext request) {
        return grant.equals(Grant.ANYBODY) || needed.isIn(grant.rights(), task(request));
    }

    private static @Nullable Right needed(@Nullable Method method, String httpMethod) {
        Needs needs = method == null ? null : method.getAnnotation(Needs.class);
        if (needs != null) {
            return needs.value();
        }
        // JAX-RS answers these itself, with the methods that there are.
        return httpMethod.equals(HttpMethod.OPTIONS) ? Right.TOKEN : null;
    }

    private static @Nullable TaskId task(ContainerRequestContext request) {
        String id = request.getUriInfo().getPathParameters().getFirst("id");
        try {
            return id == null ? null : new TaskId(id);
        } catch (InvalidTaskException e) {
            return null;
        }
    }
}
