package io.taskstream.http.resource;

import io.taskstream.access.Permission;
import io.taskstream.access.RequiresPermission;
import io.taskstream.http.Problem;
import io.taskstream.stream.DoctorStreams;
import io.taskstream.stream.TaskStreams;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HEAD;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.container.AsyncResponse;
import jakarta.ws.rs.container.Suspended;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.IOException;

/** A stream by which a client can tell whether a proxy on the way delays, cuts or compresses streams. */
@Path("doctor/stream")
public class DoctorResource {

    private final DoctorStreams doctor;
    private final TaskStreams streams;

    public DoctorResource(DoctorStreams doctor, TaskStreams streams) {
        this.doctor = doctor;
        this.streams = streams;
    }

    /**
     * Begins to send numbers and returns.
     *
     * @param suspended tells JAX-RS that the response does not end here; it is never resumed
     */
    @GET
    @RequiresPermission(Permission.NONE)
    @Produces(MediaType.SERVER_SENT_EVENTS)
    public void check(
            @Context HttpServletRequest request,
            @Context HttpServletResponse response,
            @Suspended AsyncResponse suspended)
            throws IOException {
        StreamHead.refuseWhileDraining(streams);
        if (doctor.isFull()) {
            throw tooMany();
        }
        AsyncContext exchange = request.getAsyncContext();
        exchange.setTimeout(0);
        // A refusal needs the head as the filters have left it.
        if (!doctor.begin(exchange, () -> StreamHead.write(response), StreamHead.retryMillis())) {
            throw tooMany();
        }
    }

    private static RuntimeException tooMany() {
        return Problem.of(503, "Too many checks are running").asException();
    }

    /** Returns only the head, and at once. */
    @HEAD
    @RequiresPermission(Permission.NONE)
    @Produces(MediaType.SERVER_SENT_EVENTS)
    public Response head() {
        StreamHead.refuseWhileDraining(streams);
        return StreamHead.answer();
    }
}
