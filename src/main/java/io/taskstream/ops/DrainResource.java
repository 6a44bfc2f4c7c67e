package io.taskstream.ops;

import io.taskstream.access.Audited;
import io.taskstream.access.Permission;
import io.taskstream.access.RequiresPermission;
import io.taskstream.metrics.StreamMeters;
import jakarta.json.Json;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.concurrent.Executor;

/** Lets an operator send the viewers away before the server is stopped. */
@Path("admin/drain")
public class DrainResource {

    private final Drain drain;
    private final StreamMeters meters;
    private final Executor executor;

    /**
     * @param executor gives the thread that draining takes
     */
    public DrainResource(Drain drain, StreamMeters meters, Executor executor) {
        this.drain = drain;
        this.meters = meters;
        this.executor = executor;
    }

    /** Begins, and does not wait; once begun, it only answers how far it is. */
    @POST
    @RequiresPermission(Permission.ADMIN)
    @Audited("drain begun")
    @Produces(MediaType.APPLICATION_JSON)
    public Response drain() {
        if (drain.state() == Drain.State.SERVING) {
            executor.execute(drain::run);
        }
        return answer(Response.Status.ACCEPTED);
    }

    /** How far it is. */
    @GET
    @RequiresPermission(Permission.ADMIN)
    @Produces(MediaType.APPLICATION_JSON)
    public Response state() {
        return answer(Response.Status.OK);
    }

    private Response answer(Response.Status status) {
        String json = Json.createObjectBuilder()
                .add("state", drain.state().name().toLowerCase(Locale.ROOT))
                .add("viewers", meters.viewers())
                .add("seconds", drain.window().toSeconds())
                .build()
                .toString();
        return Response.status(status)
                .type(MediaType.APPLICATION_JSON_TYPE)
                .header(HttpHeaders.CACHE_CONTROL, "no-store")
                .entity(json.getBytes(StandardCharsets.UTF_8))
                .build();
    }
}
