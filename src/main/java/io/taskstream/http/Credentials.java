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
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The credentials of a request. A token in the header comes first, then a ticket and a pass if the request opens a stream,
 * then a session's cookie. The next one counts only if the one before is missing, or if a ticket or pass is not valid.
 */
public final class Credentials {

    private static final Pattern BEARER = Pattern.compile("(?i:bearer) +([A-Za-z0-9._~+/-]+=*) *");
    private static final Pattern STREAM = Pattern.compile("/?(?:tasks/([^/]+)/)?stream/?");

    /** The path of streams of several tasks. */
    static final String SEVERAL = "/stream";

    private final @Nullable String authorization;
    private final @Nullable String session;
    private final @Nullable Stream stream;
    private final List<String> tickets;
    private final @Nullable String pass;

    /**
     * Reads them.
     *
     * @param root the path at which the client sees the application, without a slash at its end
     */
    public Credentials(ContainerRequestContext request, String root) {
        this.authorization = request.getHeaderString(HttpHeaders.AUTHORIZATION);
        this.session = cookie(request, Cookies.session(root));
        this.stream = streamOf(request);
        this.tickets = stream == null ? List.of() : parameters(request, "ticket");
        this.pass = stream == null ? null : cookie(request, Cookies.pass(stream));
    }

    /**
     * A stream that a request opens.
     *
     * @param tasks at least one
     * @param path below the root
     */
    public record Stream(List<TaskId> tasks, String path) {}

    private static List<String> parameters(ContainerRequestContext request, String name) {
        return request.getUriInfo().getQueryParameters().getOrDefault(name, List.of());
    }

    /** Returns the stream that the request opens, {@code null} if it opens none, or one whose tasks are not named. */
    private static @Nullable Stream streamOf(ContainerRequestContext request) {
        Matcher stream = STREAM.matcher(request.getUriInfo().getPath());
        if (!request.getMethod().equals(HttpMethod.GET) || !stream.matches()) {
            return null;
        }
        try {
            if (stream.group(1) != null) {
                var task = new TaskId(stream.group(1));
                return new Stream(List.of(task), "/tasks/" + task + "/stream");
            }
            List<TaskId> tasks =
                    parameters(request, "task").stream().map(TaskId::new).toList();
            return tasks.isEmpty() ? null : new Stream(tasks, SEVERAL);
        } catch (InvalidTaskException e) {
            return null;
        }
    }

    private static @Nullable String cookie(ContainerRequestContext request, String name) {
        Cookie cookie = request.getCookies().get(name);
        return cookie == null || cookie.getValue().isEmpty() ? null : cookie.getValue();
    }

    /** Returns the token in a header {@code Authorization: Bearer} (RFC 6750, section 2.1). */
    public static @Nullable String bearer(@Nullable String authorization) {
        Matcher bearer = BEARER.matcher(authorization == null ? "" : authorization);
        return bearer.matches() ? bearer.group(1) : null;
    }

    /** Tells whether the request has any credentials. */
    public boolean arePresent() {
        return authorization != null || session != null || !tickets.isEmpty() || pass != null;
    }

    /** The kind of the credential that was accepted. */
    public enum Means {
        TOKEN,
        TICKET,
        PASS,
        COOKIE
    }

    /**
     * A credential that was accepted.
     *
     * @param stream what the request opens, if it opens a stream
     */
    public record Accepted(
            Means means, Grant grant, @Nullable Stream stream) {

        /** Tells whether the browser sent it by itself. */
        public boolean byCookie() {
            return means == Means.PASS || means == Means.COOKIE;
        }
    }

    /**
     * Verifies them.
     *
     * @throws RefusedException if none is valid
     */
    public Accepted verify(AccessControl access) {
        if (authorization != null) {
            return accept(Means.TOKEN, access.byToken(bearer(authorization)));
        }
        RefusedException refused = null;
        if (!tickets.isEmpty() && stream != null) {
            try {
                return accept(Means.TICKET, access.byTickets(tickets, stream.tasks()));
            } catch (RefusedException e) {
                refused = e;
            }
        }
        if (pass != null && stream != null) {
            try {
                return accept(Means.PASS, access.byPass(pass, stream.tasks()));
            } catch (RefusedException e) {
                refused = e;
            }
        }
        if (session == null && refused != null) {
            throw refused;
        }
        return accept(Means.COOKIE, access.byToken(session));
    }

    private Accepted accept(Means means, Grant grant) {
        return new Accepted(means, grant, stream);
    }
}
