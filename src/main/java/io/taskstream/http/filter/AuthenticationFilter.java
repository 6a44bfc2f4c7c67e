package io.taskstream.http.filter;

import io.taskstream.access.AccessControl;
import io.taskstream.access.Grant;
import io.taskstream.access.Origins;
import io.taskstream.access.Proxies;
import io.taskstream.access.RefusedException;
import io.taskstream.access.StreamPasses;
import io.taskstream.http.Caller;
import io.taskstream.http.Cookies;
import io.taskstream.http.Credentials;
import io.taskstream.http.Exchange;
import io.taskstream.http.Problem;
import jakarta.annotation.Priority;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.Priorities;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import jakarta.ws.rs.container.PreMatching;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.ext.Provider;
import java.time.InstantSource;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Authenticates the caller before anything else is done, and rejects unauthenticated requests. It does so for unknown paths,
 * too, so that a client cannot learn which paths exist.
 */
@Provider
@PreMatching
@Priority(Priorities.AUTHENTICATION)
public class AuthenticationFilter implements ContainerRequestFilter {

    private static final Pattern HEALTH = Pattern.compile("/?health(/(live|ready|started))?/?");

    /** These paths show no data: the page asks for a token, and the doctor only tests the connection. */
    private static final Pattern PAGE =
            Pattern.compile("/?|/?page/.*|/?taskstream-run\\.jar|/?(open|async)api\\.yaml|/?doctor/stream/?");

    private final AccessControl access;
    private final StreamPasses passes;
    private final Origins origins;
    private final Proxies proxies;
    private final HeadLimits headLimits;
    private final Cookies cookies;
    private final InstantSource time;

    public AuthenticationFilter(
            AccessControl access,
            StreamPasses passes,
            Origins origins,
            Proxies proxies,
            HeadLimits headLimits,
            Cookies cookies,
            InstantSource time) {
        this.access = access;
        this.passes = passes;
        this.origins = origins;
        this.proxies = proxies;
        this.headLimits = headLimits;
        this.cookies = cookies;
        this.time = time;
    }

    @Override
    public void filter(ContainerRequestContext request) {
        HttpServletRequest call = Exchange.of(request).request();
        String peer = call.getRemoteAddr();
        String address = proxies.isTrusted(peer) ? proxies.client(peer, values(request, proxies.header())) : peer;
        String root = proxies.root(peer, values(request, Proxies.PREFIX_HEADER), call.getContextPath());
        var caller = new Caller(Grant.ANONYMOUS, address, root);
        // So that the audit log has the address of refused requests.
        request.setSecurityContext(caller);
        // A closed server tells nothing but that it is closed.
        Problem tooLarge = access.mode() == AccessControl.Mode.CLOSED ? null : headLimits.check(request);
        if (tooLarge != null) {
            request.abortWith(tooLarge.response());
        } else if (access.mode() == AccessControl.Mode.OPEN) {
            request.setSecurityContext(caller.with(Grant.UNRESTRICTED));
        } else if (!isPublic(request.getUriInfo().getPath())) {
            authenticate(request, peer, caller);
        }
    }

    private boolean isPublic(String path) {
        return HEALTH.matcher(path).matches()
                || (access.mode() == AccessControl.Mode.TOKENS
                        && PAGE.matcher(path).matches());
    }

    private void authenticate(ContainerRequestContext request, String peer, Caller caller) {
        var credentials = new Credentials(request, caller.root());
        try {
            Credentials.Accepted accepted = credentials.verify(access);
            request.setSecurityContext(caller.with(accepted.grant()));
            if (accepted.byCookie() && !isFromAllowedOrigin(request, peer)) {
                request.abortWith(
                        Problem.of(403, "A cookie is accepted only from an allowed Origin, and this request has none")
                                .response());
                return;
            }
            if (accepted.means() == Credentials.Means.TICKET && accepted.stream() != null) {
                Credentials.Stream stream = accepted.stream();
                String pass = passes.issue(stream.tasks(), accepted.grant());
                Exchange.of(request)
                        .response()
                        .addHeader(
                                HttpHeaders.SET_COOKIE,
                                cookies.pass(stream, pass, accepted.grant(), caller.root(), time.instant()));
            }
        } catch (RefusedException e) {
            request.abortWith(challenge(request, e.reason(), credentials.arePresent()));
        }
    }

    /**
     * Tells whether the page that made the request may use the caller's cookies. For GET and HEAD a browser may omit the
     * origin: it does so for the page's own requests, and for images and frames on other sites. {@code Sec-Fetch-Site} (Fetch
     * Metadata, section 2.3) tells them apart. Those of other sites could read nothing, but would open the viewer's streams.
     */
    private boolean isFromAllowedOrigin(ContainerRequestContext request, String peer) {
        String origin = request.getHeaderString("Origin");
        if (origin == null) {
            String site = request.getHeaderString("Sec-Fetch-Site");
            boolean isOfOtherSite = site != null && !site.equals("same-origin") && !site.equals("none");
            return !isOfOtherSite
                    && (request.getMethod().equals("GET") || request.getMethod().equals("HEAD"));
        }
        return origins.allowsCookies(origin) || Origins.isOwn(origin, host(request, peer));
    }

    /** Returns the host as the browser knows it. */
    private @Nullable String host(ContainerRequestContext request, String peer) {
        String forwarded = request.getHeaderString("X-Forwarded-Host");
        return forwarded != null && proxies.isTrusted(peer) ? forwarded : request.getHeaderString(HttpHeaders.HOST);
    }

    /**
     * Returns the answer to an unauthenticated request (RFC 6750, section 3).
     *
     * @param reason for the audit log only
     * @param hasCredentials whether the request has credentials, which are then not valid
     */
    static Response challenge(ContainerRequestContext request, String reason, boolean hasCredentials) {
        AuditFilter.setReason(request, reason);
        String detail = hasCredentials
                ? "The token, ticket or cookie is not valid, or no longer valid"
                : "This needs a token in the header Authorization: Bearer";
        return Response.fromResponse(Problem.of(401, detail).response())
                .header(HttpHeaders.WWW_AUTHENTICATE, null)
                .header(HttpHeaders.WWW_AUTHENTICATE, hasCredentials ? "Bearer error=\"invalid_token\"" : "Bearer")
                .build();
    }

    private static List<String> values(ContainerRequestContext request, String header) {
        List<String> values = request.getHeaders().get(header);
        return values == null ? List.of() : values;
    }
}
