package io.taskstream.http.resource;

import io.taskstream.access.AccessControl;
import io.taskstream.access.Audited;
import io.taskstream.access.Grant;
import io.taskstream.access.Permission;
import io.taskstream.access.RequiresPermission;
import io.taskstream.access.Sessions;
import io.taskstream.http.Caller;
import io.taskstream.http.Cookies;
import io.taskstream.http.Credentials;
import io.taskstream.http.JsonAnswer;
import io.taskstream.http.Problem;
import jakarta.json.JsonObjectBuilder;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.SecurityContext;
import java.time.Instant;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/**
 * Sessions. A browser opens one for itself: a cookie that holds the token, because the browser's {@code EventSource} cannot
 * send a header. Administrators end the sessions of others.
 */
@Path("/")
public class SessionsResource {

    private final AccessControl access;
    private final Sessions sessions;
    private final Cookies cookies;
    private final InstantSource time;

    public SessionsResource(AccessControl access, Sessions sessions, Cookies cookies, InstantSource time) {
        this.access = access;
        this.sessions = sessions;
        this.cookies = cookies;
        this.time = time;
    }

    /** Opens a session with the token in the header. */
    @POST
    @RequiresPermission(Permission.AUTHENTICATED)
    @Path("session")
    @Audited("session opened")
    @Produces(MediaType.APPLICATION_JSON)
    public Response open(
            @HeaderParam(HttpHeaders.AUTHORIZATION) @Nullable String authorization, @Context SecurityContext context) {
        Caller caller = Caller.of(context);
        Grant grant = caller.grant();
        JsonObjectBuilder json = JsonAnswer.object()
                .add("subject", grant.subject())
                .add("session", grant.session())
                .add("expires", JsonAnswer.orNull(grant.expires().equals(Instant.MAX) ? null : grant.expires()));
        Response.ResponseBuilder answer = JsonAnswer.of(200, json);
        if (access.mode() == AccessControl.Mode.OPEN) {
            return answer.build();
        }
        String token = Credentials.bearer(authorization);
        if (token == null) {
            throw Problem.of(400, "To open a session, send a token in the header Authorization")
                    .asException();
        }
        return answer.header(HttpHeaders.SET_COOKIE, cookies.session(token, grant, caller.root(), time.instant()))
                .build();
    }

    /**
     * Closes the session in this browser and withdraws its tickets and passes. The token itself stays valid and opens a new
     * session.
     */
    @DELETE
    @RequiresPermission(Permission.AUTHENTICATED)
    @Path("session")
    @Audited("session closed")
    public Response close(@Context SecurityContext context) {
        Caller caller = Caller.of(context);
        access.signOut(caller.grant());
        return Response.noContent()
                .header(HttpHeaders.SET_COOKIE, cookies.noSession(caller.root()))
                .build();
    }

    /** Revokes the token with this id, and ends everything that runs under it now. */
    @DELETE
    @RequiresPermission(Permission.ADMIN)
    @Path("sessions/{jti}")
    @Audited("session ended")
    public void end(@PathParam("jti") String session) {
        if (!sessions.end(session)) {
            throw Problem.of(
                            507,
                            "The session's streams have ended, but the server cannot remember this revocation: the session may return")
                    .asException();
        }
    }
}
