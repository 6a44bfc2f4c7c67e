package io.taskstream.http.filter;

import static java.util.Objects.requireNonNull;

import io.taskstream.access.AccessControl;
import io.taskstream.access.Audit;
import io.taskstream.access.Hosts;
import io.taskstream.access.Origins;
import io.taskstream.access.Proxies;
import io.taskstream.http.Problem;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Keeps other websites away from a server that asks for no tokens: any page that the user visits could otherwise reach it with
 * the user's browser. Browsers state by {@code Sec-Fetch-Site} (Fetch Metadata, section 2.3) and {@code Origin} (RFC 6454)
 * which site makes a request, and by {@code Host} under which name they reached the server. Other clients send only
 * {@code Host}. The filter covers all paths, also those that JAX-RS does not serve.
 */
public class WebsiteFilter extends HttpFilter {

    private static final long serialVersionUID = 1;

    private static final String CHECK = Check.class.getName();

    /**
     * Sets the check. The filter finds it in the context, because the container makes filters before the application has
     * started.
     */
    public static void setCheck(ServletContext context, Check check) {
        context.setAttribute(CHECK, check);
    }

    @Override
    protected void doFilter(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        Check check = (Check) requireNonNull(getServletContext().getAttribute(CHECK), "Taskstream has not started");
        Problem refusal = check.refuse(request);
        if (refusal == null) {
            chain.doFilter(request, response);
        } else {
            refusal.send(response);
        }
    }

    /** The check of a request. Thread-safe. */
    public static final class Check {

        private static final Set<String> OWN_SITE = Set.of("same-origin", "none");

        private final AccessControl.Mode mode;
        private final Hosts hosts;
        private final Origins origins;
        private final Proxies proxies;
        private final Audit audit;
        private final IntConsumer refusals;

        /**
         * @param refusals counts refusals by their status
         */
        public Check(
                AccessControl.Mode mode,
                Hosts hosts,
                Origins origins,
                Proxies proxies,
                Audit audit,
                IntConsumer refusals) {
            this.mode = mode;
            this.hosts = hosts;
            this.origins = origins;
            this.proxies = proxies;
            this.audit = audit;
            this.refusals = refusals;
        }

        /** Returns the problem if the request is refused, {@code null} if it is not. A refusal is audited and counted. */
        @Nullable
        Problem refuse(HttpServletRequest request) {
            Problem refusal = mode == AccessControl.Mode.OPEN ? check(request) : null;
            if (refusal != null) {
                refusals.accept(refusal.status());
                audit(request, refusal);
            }
            return refusal;
        }

        private @Nullable Problem check(HttpServletRequest request) {
            List<String> named = hostsNamedBy(request);
            for (String host : named) {
                if (!hosts.serve(host)) {
                    return Problem.of(
                            421,
                            "The server does not know the name in the header Host: the setting taskstream.hosts lists the"
                                    + " names that it has besides its addresses and localhost");
                }
            }
            return isOfOtherSite(request, named)
                    ? Problem.of(
                            403,
                            "A page of another origin made this request: the setting taskstream.cors.origins lists the origins"
                                    + " whose pages may")
                    : null;
        }

        /** Returns every host that the request names, also through a trusted proxy. */
        private List<String> hostsNamedBy(HttpServletRequest request) {
            List<String> named = new ArrayList<>(values(request, "Host"));
            if (request.getProtocol().equals("HTTP/1.0")) {
                // Probes send no Host, and WildFly then adds one without a dot, which no website can have.
                named.removeIf(host -> !host.contains("."));
            }
            if (named.isEmpty() && !request.getProtocol().startsWith("HTTP/1")) {
                // A container may show :authority (RFC 9113, section 8.3.1) here only.
                named.add(request.getServerName());
            }
            if (proxies.isTrusted(request.getRemoteAddr())) {
                for (String value : values(request, "X-Forwarded-Host")) {
                    named.addAll(List.of(value.split(",", -1)));
                }
            }
            return named;
        }

        private boolean isOfOtherSite(HttpServletRequest request, List<String> named) {
            boolean isAllowed = false;
            for (String origin : values(request, "Origin")) {
                isAllowed = origins.allows(origin);
                boolean isKnown = isAllowed || named.stream().anyMatch(host -> Origins.isAt(origin, host));
                if (!isKnown && !isFileOfPage(request)) {
                    return true;
                }
            }
            return !isAllowed && !OWN_SITE.containsAll(values(request, "Sec-Fetch-Site")) && !isLinkToPage(request);
        }

        /** A link on another site may lead to the page, which only shows itself, and in no frame. */
        private static boolean isLinkToPage(HttpServletRequest request) {
            return isRead(request)
                    && (pathOf(request).equals("/") || pathOf(request).isEmpty())
                    && values(request, "Sec-Fetch-Mode").equals(List.of("navigate"))
                    && values(request, "Sec-Fetch-Dest").equals(List.of("document"));
        }

        /**
         * Tells whether the request is for a file of the page. Behind a proxy that changes {@code Host}, a browser requests the
         * page's scripts with an origin that seems foreign, and without them the page could not show what is wrong.
         */
        private static boolean isFileOfPage(HttpServletRequest request) {
            return isRead(request) && pathOf(request).startsWith("/page/");
        }

        /** Returns the path behind the context root, as it was sent. */
        private static String pathOf(HttpServletRequest request) {
            String path = request.getRequestURI();
            String root = request.getContextPath();
            return path.startsWith(root) ? path.substring(root.length()) : path;
        }

        private static boolean isRead(HttpServletRequest request) {
            return request.getMethod().equals("GET") || request.getMethod().equals("HEAD");
        }

        private void audit(HttpServletRequest request, Problem refusal) {
            String peer = request.getRemoteAddr();
            Map<String, String> line = new LinkedHashMap<>();
            line.put("status", Integer.toString(refusal.status()));
            line.put("method", request.getMethod());
            line.put("path", request.getRequestURI());
            line.put("host", String.join(", ", hostsNamedBy(request)));
            line.put("origin", String.join(", ", values(request, "Origin")));
            line.put("address", proxies.client(peer, values(request, proxies.header())));
            line.put("reason", refusal.detail());
            line.values().removeIf(String::isEmpty);
            audit.refused(line);
        }

        private static List<String> values(HttpServletRequest request, String header) {
            return Collections.list(request.getHeaders(header));
        }
    }
}
