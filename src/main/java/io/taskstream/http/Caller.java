package io.taskstream.http;

import io.taskstream.access.Grant;
import io.taskstream.access.limit.ByteBudget;
import jakarta.ws.rs.core.SecurityContext;
import java.security.Principal;
import org.jspecify.annotations.Nullable;

/**
 * Who a request comes from, as JAX-RS hands it from the filter that found out to the resource.
 *
 * @param grant what they may do
 * @param address where they are
 */
record Caller(Grant grant, String address) implements SecurityContext {

    /** The caller of the request that this is the context of. */
    static Caller of(SecurityContext context) {
        Caller caller = find(context);
        if (caller == null) {
            throw new IllegalStateException("Nobody has looked who calls");
        }
        return caller;
    }

    /** The same, {@code null} if nobody has looked who calls. */
    static @Nullable Caller find(@Nullable SecurityContext context) {
        return context != null && context.getUserPrincipal() instanceof Named named ? named.caller : null;
    }

    /** What a request of this caller holds of the budget, which is nothing yet. */
    ByteBudget.Allocation share(ByteBudget budget) {
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

    /** The server may wrap a security context, but not a principal. */
    private record Named(Caller caller) implements Principal {

        @Override
        public String getName() {
            return caller.grant.subject();
        }
    }
}
