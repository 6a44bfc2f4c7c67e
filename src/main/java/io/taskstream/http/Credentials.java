package io.taskstream.http;

import io.taskstream.access.AccessControl;
import io.taskstream.access.Grant;
import io.taskstream.access.RefusedException;
import io.taskstream.task.InvalidTaskException;
import io.taskstream.task.TaskId;
import jakarta.ws.rs.HttpMethod;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.core.Cookie;
import jakarta.ws.rs.core.HttpHeaders;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a request shows of who it is. A token in the header goes first; for a stream then a ticket, and the stream's
 * pass; then a session's cookie. Only where the one is missing, or a ticket is spent, does the next count.
 */
final class Credentials {

    private static final Pattern BEARER = Pattern.compile("(?i:bearer) +([A-Za-z0-9._~+/-]+=*) *");
    private static final Pattern STREAM = Pattern.compile("/?tasks/([^/]+)/stream/?");

    private final @Nullable String authorization;
    private final @Nullable String session;
    private final @Nullable TaskId stream;
    private final @Nullable String ticket;
    private final @Nullable String pass;

    Credentials(ContainerRequestContext request) {
        this.authorization = request.getHeaderString(HttpHeaders.AUTHORIZATION);
        this.session = cookie(request, Cookies.SESSION);
        this.stream = streamOf(request);
        this.ticket = stream == null
                ? null
                : request.getUriInfo().getQueryParameters().getFirst("ticket");
        this.pass = stream == null ? null : cookie(request, Cookies.PASS);
    }

    /** The task whose stream the request opens, {@code null} if it does anything else. */
    private static @Nullable TaskId streamOf(ContainerRequestContext request) {
        Matcher stream = STREAM.matcher(request.getUriInfo().getPath());
        if (!request.getMethod().equals(HttpMethod.GET) || !stream.matches()) {
            return null;
        }
        try {
            return new TaskId(stream.group(1));
        } catch (InvalidTaskException e) {
            return null;
        }
    }

    private static @Nullable String cookie(ContainerRequestContext request, String name) {
        Cookie cookie = request.getCookies().get(name);
        return cookie == null || cookie.getValue().isEmpty() ? null : cookie.getValue();
    }

    /** The token in a header {@code Authorization: Bearer} (RFC 6750, section 2.1). */
    static @Nullable String bearer(@Nullable String authorization) {
        Matcher bearer = BEARER.matcher(authorization == null ? "" : authorization);
        return bearer.matches() ? bearer.group(1) : null;
    }

    /** Whether the request shows anything at all. */
    boolean arePresent() {
        return authorization != null || session != null || ticket != null || pass != null;
    }

    /** How somebody was let in. */
    enum Means {
        TOKEN,
        TICKET,
        PASS,
        COOKIE
    }

    /**
     * What was shown and found good.
     *
     * @param stream the task whose stream it opens, if it was shown for one
     */
    record Accepted(Means means, Grant grant, @Nullable TaskId stream) {

        /** Whether the browser sent it unasked. */
        boolean byCookie() {
            return means == Means.PASS || means == Means.COOKIE;
        }
    }

    /**
     * Has the gate look at them.
     *
     * @throws RefusedException if none lets in
     */
    Accepted show(AccessControl access) {
        if (authorization != null) {
            return accept(Means.TOKEN, access.byToken(bearer(authorization)));
        }
        RefusedException spent = null;
        if (ticket != null && stream != null) {
            try {
                return accept(Means.TICKET, access.byTicket(ticket, stream));
            } catch (RefusedException e) {
                spent = e;
            }
        }
        if (pass != null && stream != null) {
            try {
                return accept(Means.PASS, access.byPass(pass, stream));
            } catch (RefusedException e) {
                spent = e;
            }
        }
        if (session == null && spent != null) {
            throw spent;
        }
        return accept(Means.COOKIE, access.byToken(session));
    }

    private Accepted accept(Means means, Grant grant) {
        return new Accepted(means, grant, stream);
    }
}
