package io.taskstream.http;

import io.taskstream.access.Grant;
import io.taskstream.access.limit.ByteBudget;
import jakarta.ws.rs.core.SecurityContext;
import java.security.Principal;
import org.jspecify.annotations.Nullable;

/**
 * The client that made a request. The authentication filter hands it to the resource as the security context.
 *
 * @param grant the client's permissions
 * @param address the client's IP address
 * @param root the path at which the client sees the application, without a slash at its end; empty for {@code /}
 */
public record Caller(Grant grant, String address, String root) implements SecurityContext {

    public Caller(Grant grant, String address) {
        this(grant, address, "");
    }

    /** Returns the same client with other permissions. */
    public Caller with(Grant other) {
        return new Caller(other, address, root);
    }

    /** Returns the caller of the request that has this context. */
    public static Caller of(SecurityContext context) {
        Caller caller = find(context);
        if (caller == null) {
            throw new IllegalStateException("The request was not authenticated");
        }
        return caller;
    }

    /** Returns the same, {@code null} if the request was refused before it was authenticated. */
    public static @Nullable Caller find(@Nullable SecurityContext context) {
        return context != null && context.getUserPrincipal() instanceof Named named ? named.caller : null;
    }

    /** Returns an empty share of the budget for a request of this caller. */
    public ByteBudget.Allocation share(ByteBudget budget) {
        return budget.allocate(grant, address);
    }

    @Override
    public Principal getUserPrincipal() {
        return new Named(this);
    }

    @Override
    public boolean isUserInRole(String role) {
        return false;
    }

    @Override
    public boolean isSecure() {
        return false;
    }

    @Override
    public @Nullable String getAuthenticationScheme() {
        return grant.hasSubject() ? "Bearer" : null;
    }

    /** Carries the caller: a server may wrap a security context, but not a principal. */
    private record Named(Caller caller) implements Principal {

        @Override
        public String getName() {
            return caller.grant.subject();
        }
    }
}
