package io.taskstream.http;

import io.taskstream.access.Audited;
import io.taskstream.access.Permission;
import io.taskstream.access.RequiresPermission;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;

/** Everybody's sessions, for administrators. */
@Path("sessions/{jti}")
public class SessionsResource {

    private final FrontDoor door;

    public SessionsResource(FrontDoor door) {
        this.door = door;
    }

    /** Takes back every right that was given under that token id. What is open under it ends now. */
    @DELETE
    @RequiresPermission(Permission.ADMIN)
    @Audited("session ended")
    public void end(@PathParam("jti") String session) {
        if (!door.sessions().end(session)) {
            throw Problem.of(507, "Its streams have ended, but there is no room to remember that; it may come back")
                    .asException();
        }
    }
}
