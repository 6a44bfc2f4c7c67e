package io.taskstream.http.filter;

import io.taskstream.access.Grant;
import io.taskstream.access.Permission;
import io.taskstream.access.RequiresPermission;
import io.taskstream.http.Caller;
import io.taskstream.http.Problem;
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
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Rejects callers without the permission that a resource method {@linkplain RequiresPermission requires}.
 *
 * <p>It is vetoed, because CDI makes a bean of a class with a constructor without parameters. RESTEasy then relies on CDI to
 * inject the fields, and CDI does not know the instance that the application makes.
 */
@Vetoed
@Provider
@Priority(Priorities.AUTHORIZATION)
public class AuthorizationFilter implements ContainerRequestFilter {

    private static final int ATTEMPTS = 5_000;
    private static final long PAUSE_NANOS = 1_000_000;

    @Context
    private volatile @Nullable ResourceInfo resource;

    @Override
    public void filter(ContainerRequestContext request) {
        Caller caller = Caller.of(request.getSecurityContext());
        Method method = injected().getResourceMethod();
        Permission needed = needed(method, request.getMethod());
        if (needed == null) {
            request.abortWith(Problem.of(403, "This method is not for clients").response());
        } else if (needed != Permission.NONE && caller.grant().equals(Grant.ANONYMOUS)) {
            request.abortWith(AuthenticationFilter.challenge(request, "There is no token", false));
        } else if (!isAllowed(caller.grant(), needed, request)) {
            request.abortWith(Problem.of(403, "You have no permission for this").response());
        }
        AuditFilter.setAct(request, method);
    }

    /** A caller with all permissions gets 404 for an impossible task id, and not 403. */
    private static boolean isAllowed(Grant grant, Permission needed, ContainerRequestContext request) {
        return grant.equals(Grant.UNRESTRICTED) || needed.isIn(grant.permissions(), task(request));
    }

    private static @Nullable Permission needed(@Nullable Method method, String httpMethod) {
        RequiresPermission needs = method == null ? null : method.getAnnotation(RequiresPermission.class);
        if (needs != null) {
            return needs.value();
        }
        // JAX-RS answers OPTIONS itself, with the methods of the path.
        return httpMethod.equals(HttpMethod.OPTIONS) ? Permission.AUTHENTICATED : null;
    }

    /**
     * Returns the resource as soon as it is injected. RESTEasy does that at the first request, and may call the filter for
     * concurrent requests before: {@code JaxrsInterceptorRegistryImpl} of 6.2.15 marks a provider as initialized before it
     * initializes it, and reads that mark without the lock.
     */
    private ResourceInfo injected() {
        for (int i = 0; i < ATTEMPTS; i++) {
            ResourceInfo value = resource;
            if (value != null) {
                return value;
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
        throw new IllegalStateException("JAX-RS has not injected the resource");
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
