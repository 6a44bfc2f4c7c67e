package io.taskstream.http;

import io.taskstream.access.Needs;
import io.taskstream.access.Right;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.SecurityContext;
import java.util.Map;

/** Everybody's sessions, for administrators. */
@Path("sessions/{jti}")
public class SessionsResource {

    private final FrontDoor door;

    public SessionsResource(FrontDoor door) {
        this.door = door;
    }

    /** Takes back every right that was given under that token id. What is open under it ends now. */
    @DELETE
    @Needs(Right.ADMIN)
    public void end(@PathParam("jti") String session, @Context SecurityContext context) {
        Caller caller = Caller.of(context);
        boolean isRemembered = door.sessions().end(session);
        door.audit()
                .note(
                        "session ended",
                        Map.of(
                                "session", session,
                                "by", caller.grant().subject(),
                                "address", caller.address(),
                                "remembered", Boolean.toString(isRemembered)));
        if (!isRemembered) {
            throw Problem.of(507, "Its streams have ended, but there is no room to remember that; it may come back")
                    .asException();
        }
    }
}
