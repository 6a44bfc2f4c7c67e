package io.taskstream.bench.textbook;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.sse.Sse;
import jakarta.ws.rs.sse.SseBroadcaster;
import jakarta.ws.rs.sse.SseEventSink;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/** Streams as the JAX-RS books show them: the container's sink, and the container's broadcaster, one for each task. */
@ApplicationScoped
@Path("tasks/{id}")
public class TextbookResource {

    private final ConcurrentMap<String, SseBroadcaster> tasks = new ConcurrentHashMap<>();

    @GET
    @Path("stream")
    @Produces(MediaType.SERVER_SENT_EVENTS)
    public void watch(@PathParam("id") String id, @Context SseEventSink sink, @Context Sse sse) {
        sink.send(sse.newEventBuilder().comment("welcome").build());
        broadcaster(id, sse).register(sink);
    }

    @POST
    @Path("events")
    @Consumes({MediaType.APPLICATION_JSON, "application/x-ndjson"})
    @Produces(MediaType.APPLICATION_JSON)
    public String publish(@PathParam("id") String id, String body, @Context Sse sse) {
        SseBroadcaster broadcaster = broadcaster(id, sse);
        body.lines().forEach(event -> broadcaster.broadcast(sse.newEvent(event)));
        return "{}";
    }

    @DELETE
    public void forget(@PathParam("id") String id) {
        SseBroadcaster broadcaster = tasks.remove(id);
        if (broadcaster != null) {
            broadcaster.close();
        }
    }

    private SseBroadcaster broadcaster(String id, Sse sse) {
        return tasks.computeIfAbsent(id, task -> sse.newBroadcaster());
    }
}
