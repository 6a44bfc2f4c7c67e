package io.taskstream.http;

import io.taskstream.access.AccessControl;
import io.taskstream.access.Grant;
import io.taskstream.access.Origins;
import io.taskstream.access.Proxies;
import io.taskstream.access.RefusedException;
import io.taskstream.task.TaskId;
import jakarta.annotation.Priority;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.ws.rs.Priorities;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import jakarta.ws.rs.container.PreMatching;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.ext.Provider;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Finds out who calls, before anything else is done, and sends away whom nobody knows: also from paths that are not
 * there, so that nothing is learned from which are.
 */
@Provider
@PreMatching
@Priority(Priorities.AUTHENTICATION)
public class AuthenticationFilter implements ContainerRequestFilter {

    private static final Pattern HEALTH = Pattern.compile("/?health(/(live|ready|started))?/?");

    /** They hold no data: the page must be there to ask for a token, and the doctor tells of the way here only. */
    private static final Pattern PAGE = Pattern.compile("/?|/?page/.*|/?(open|async)api\\.yaml|/?doctor/stream/?");

    private final FrontDoor door;
    private final AccessControl access;
    private final Cookies cookies;

    @Context
    private volatile @Nullable HttpServletRequest exchange;

    @Context
    private volatile @Nullable HttpServletResponse response;

    public AuthenticationFilter(FrontDoor door) {
        this.door = door;
        this.access = door.access();
        this.cookies = new Cookies(door.origins().credentials());
    }

    @Override
    public void filter(ContainerRequestContext request) {
        String peer = Injected.value(() -> exchange).getRemoteAddr();
        Proxies proxies = door.proxies();
        String address = proxies.isTrusted(peer) ? proxies.client(peer, values(request, proxies.header())) : peer;
        // Whoever is sent away is noted with where they are.
        request.setSecurityContext(new Caller(Grant.ANONYMOUS, address));
        // A closed door says nothing but that it is closed.
        Problem tooLarge = access.mode() == AccessControl.Mode.CLOSED
                ? null
                : door.headLimits().check(request);
        if (tooLarge != null) {
            request.abortWith(tooLarge.response());
        } else if (access.mode() == AccessControl.Mode.OPEN) {
            request.setSecurityContext(new Caller(Grant.UNRESTRICTED, address));
        } else if (!isPublic(request.getUriInfo().getPath())) {
            authenticate(request, peer, address);
        }
    }

    private boolean isPublic(String path) {
        return HEALTH.matcher(path).matches()
                || (access.mode() == AccessControl.Mode.TOKENS
                        && PAGE.matcher(path).matches());
    }

    private void authenticate(ContainerRequestContext request, String peer, String address) {
        var credentials = new Credentials(request);
        try {
            Credentials.Accepted accepted = credentials.show(access);
            request.setSecurityContext(new Caller(accepted.grant(), address));
            if (accepted.byCookie() && !isFromAllowedOrigin(request, peer)) {
                request.abortWith(
                        Problem.of(403, "A cookie counts only with an Origin that is allowed, which this has not")
                                .response());
                return;
            }
            if (accepted.means() == Credentials.Means.TICKET && accepted.stream() != null) {
                letComeBack(accepted.stream(), accepted.grant());
            }
        } catch (RefusedException e) {
            request.abortWith(Challenge.to(request, e.reason(), credentials.arePresent()));
        }
    }

    private void letComeBack(TaskId stream, Grant grant) {
        String pass = door.passes().issue(stream, grant);
        Injected.value(() -> response)
                .addHeader(
                        HttpHeaders.SET_COOKIE,
                        cookies.pass(stream, pass, grant, door.time().instant()));
    }

    /**
     * To read, a browser may leave the origin out: it does so for the page's own requests, and for pictures and frames of
     * other sites, which it tells apart by {@code Sec-Fetch-Site} (Fetch Metadata, section 2.3). Those can read nothing, but
     * would have the viewer's streams opened for them.
     */
    private boolean isFromAllowedOrigin(ContainerRequestContext request, String peer) {
        String origin = request.getHeaderString("Origin");
        if (origin == null) {
            String site = request.getHeaderString("Sec-Fetch-Site");
            boolean isOfOtherSite = site != null && !site.equals("same-origin") && !site.equals("none");
            return !isOfOtherSite
                    && (request.getMethod().equals("GET") || request.getMethod().equals("HEAD"));
        }
        return door.origins().allowsCookies(origin) || Origins.isOwn(origin, host(request, peer));
    }

    /** The host as the browser knows it. */
    private @Nullable String host(ContainerRequestContext request, String peer) {
        String forwarded = request.getHeaderString("X-Forwarded-Host");
        return forwarded != null && door.proxies().isTrusted(peer)
                ? forwarded
                : request.getHeaderString(HttpHeaders.HOST);
    }

    private static List<String> values(ContainerRequestContext request, String header) {
        List<String> values = request.getHeaders().get(header);
        return values == null ? List.of() : values;
    }
}
