package io.taskstream.http;

import io.taskstream.access.Audited;
import io.taskstream.access.Permission;
import io.taskstream.access.RequiresPermission;
import io.taskstream.task.TaskId;
import jakarta.json.Json;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.SecurityContext;

/** Tickets for a task's stream, for scripts that hold a token but whose EventSource can't send it. */
@Path("tasks/{id}/tickets")
public class TicketsResource {

    private final FrontDoor door;

    public TicketsResource(FrontDoor door) {
        this.door = door;
    }

    @POST
    @RequiresPermission(Permission.WATCH)
    @Audited("ticket given")
    @Produces(MediaType.APPLICATION_JSON)
    public Response give(@PathParam("id") String path, @Context SecurityContext context) {
        TaskId task = Tasks.id(path);
        String ticket = door.tickets().issue(task, Caller.of(context).grant());
        return JsonAnswer.of(
                        200,
                        Json.createObjectBuilder()
                                .add("ticket", ticket)
                                .add("expiresIn", door.tickets().lifetime().toSeconds())
                                .build())
                .build();
    }
}
