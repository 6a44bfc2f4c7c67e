package io.taskstream.http;

import io.taskstream.access.Grant;
import io.taskstream.access.Permission;
import io.taskstream.access.RequiresPermission;
import io.taskstream.task.InvalidTaskException;
import io.taskstream.task.TaskId;
import jakarta.annotation.Priority;
import jakarta.enterprise.inject.Vetoed;
import jakarta.ws.rs.HttpMethod;
import jakarta.ws.rs.Priorities;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import jakarta.ws.rs.container.ResourceInfo;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.ext.Provider;
import java.lang.reflect.Method;
import org.jspecify.annotations.Nullable;

/**
 * Lets only those through to a resource method who have the right that it {@linkplain RequiresPermission needs}. It is kept from CDI,
 * which would take a class that can be constructed without anything for a bean: RESTEasy leaves it to CDI to fill in the
 * fields of beans, and CDI knows nothing of the instance that the application makes.
 */
@Vetoed
@Provider
@Priority(Priorities.AUTHORIZATION)
public class AuthorizationFilter implements ContainerRequestFilter {

    @Context
    private volatile @Nullable ResourceInfo resource;

    @Override
    public void filter(ContainerRequestContext request) {
        Caller caller = Caller.of(request.getSecurityContext());
        Method method = Injected.value(() -> resource).getResourceMethod();
        Permission needed = needed(method, request.getMethod());
        if (needed == null) {
            request.abortWith(Problem.of(403, "Nobody may do this").response());
        } else if (needed != Permission.NONE && caller.grant().equals(Grant.ANONYMOUS)) {
            request.abortWith(Challenge.to(request, "There is no token", false));
        } else if (!isAllowed(caller.grant(), needed, request)) {
            request.abortWith(Problem.of(403, "You have no right to do this").response());
        }
        AuditFilter.mark(request, method);
    }

    /** Whoever may do anything is told that there is no such task, also where what the path names can't be one. */
    private static boolean isAllowed(Grant grant, Permission needed, ContainerRequestContext request) {
        return grant.equals(Grant.UNRESTRICTED) || needed.isIn(grant.permissions(), task(request));
    }

    private static @Nullable Permission needed(@Nullable Method method, String httpMethod) {
        RequiresPermission needs = method == null ? null : method.getAnnotation(RequiresPermission.class);
        if (needs != null) {
            return needs.value();
        }
        // JAX-RS answers these itself, with the methods that there are.
        return httpMethod.equals(HttpMethod.OPTIONS) ? Permission.AUTHENTICATED : null;
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
