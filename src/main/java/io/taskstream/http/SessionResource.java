package io.taskstream.http;

import io.taskstream.access.AccessControl;
import io.taskstream.access.Audited;
import io.taskstream.access.Grant;
import io.taskstream.access.Permission;
import io.taskstream.access.RequiresPermission;
import jakarta.json.Json;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.SecurityContext;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** A browser's session: a cookie that holds the token, since a browser's EventSource can't send one. */
@Path("session")
public class SessionResource {

    private final FrontDoor door;
    private final Cookies cookies;

    public SessionResource(FrontDoor door) {
        this.door = door;
        this.cookies = new Cookies(door.origins().credentials());
    }

    /** Makes a session of the token in the header. */
    @POST
    @RequiresPermission(Permission.AUTHENTICATED)
    @Audited("session opened")
    @Produces(MediaType.APPLICATION_JSON)
    public Response open(
            @HeaderParam(HttpHeaders.AUTHORIZATION) @Nullable String authorization, @Context SecurityContext context) {
        Grant grant = Caller.of(context).grant();
        Response.ResponseBuilder answer = JsonAnswer.of(
                200,
                Json.createObjectBuilder()
                        .add("subject", grant.subject())
                        .add("session", grant.session())
                        .add("expires", TaskJson.orNull(grant.expires().equals(Instant.MAX) ? null : grant.expires()))
                        .build());
        if (door.access().mode() == AccessControl.Mode.OPEN) {
            return answer.build();
        }
        String token = Credentials.bearer(authorization);
        if (token == null) {
            throw Problem.of(400, "A session begins with a token in the header Authorization")
                    .asException();
        }
        return answer.header(
                        HttpHeaders.SET_COOKIE,
                        cookies.session(token, grant, door.time().instant()))
                .build();
    }

    /**
     * Forgets the session in this browser, and what was given for its streams. The token is as good as it was: whoever
     * holds it comes in again.
     */
    @DELETE
    @RequiresPermission(Permission.AUTHENTICATED)
    @Audited("session closed")
    public Response close(@Context SecurityContext context) {
        door.access().signOut(Caller.of(context).grant());
        return Response.noContent()
                .header(HttpHeaders.SET_COOKIE, cookies.noSession())
                .build();
    }
}
