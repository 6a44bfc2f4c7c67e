package io.taskstream.http.filter;

import io.taskstream.access.Audit;
import io.taskstream.access.Audited;
import io.taskstream.http.Caller;
import io.taskstream.http.Problem;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerResponseContext;
import jakarta.ws.rs.container.ContainerResponseFilter;
import jakarta.ws.rs.ext.Provider;
import java.lang.reflect.Method;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Logs requests that were refused for lack of permission or for exceeding a limit, and every {@linkplain Audited
 * administrative act}.
 */
@Provider
public class AuditFilter implements ContainerResponseFilter {

    private static final String ACT = "taskstream.audit.act";
    private static final String REASON = "taskstream.audit.reason";

    private static final Set<Integer> REFUSALS = Set.of(401, 403, 408, 413, 414, 421, 429, 431, 503, 507);

    private final Audit audit;

    public AuditFilter(Audit audit) {
        this.audit = audit;
    }

    /** Sets the act of the request, which is logged if the request succeeds. */
    static void setAct(ContainerRequestContext request, @Nullable Method method) {
        Audited audited = method == null ? null : method.getAnnotation(Audited.class);
        if (audited != null) {
            request.setProperty(ACT, audited.value());
        }
    }

    /** Sets the reason of a refusal where the answer does not give it. */
    static void setReason(ContainerRequestContext request, String reason) {
        request.setProperty(REASON, reason);
    }

    @Override
    public void filter(ContainerRequestContext request, ContainerResponseContext response) {
        int status = response.getStatus();
        if (REFUSALS.contains(status) && Problem.is(response.getMediaType())) {
            Map<String, String> line = line(request, status);
            line.put("reason", reason(request, response));
            audit.refused(line);
        } else if (status < 400 && request.getProperty(ACT) instanceof String act) {
            audit.note(act, line(request, status));
        }
    }

    private static String reason(ContainerRequestContext request, ContainerResponseContext response) {
        return request.getProperty(REASON) instanceof String reason ? reason : Problem.detailIn(response.getEntity());
    }

    private static Map<String, String> line(ContainerRequestContext request, int status) {
        Map<String, String> line = new LinkedHashMap<>();
        line.put("status", Integer.toString(status));
        line.put("method", request.getMethod());
        // The path only: a query may hold a ticket.
        line.put("path", request.getUriInfo().getPath());
        Caller caller = Caller.find(request.getSecurityContext());
        if (caller != null) {
            line.put("address", caller.address());
            line.put("subject", caller.grant().subject());
            line.put("session", caller.grant().session());
        }
        line.values().removeIf(String::isEmpty);
        return line;
    }
}
