package io.taskstream.http.resource;

import io.taskstream.access.Audited;
import io.taskstream.access.Permission;
import io.taskstream.access.RequiresPermission;
import io.taskstream.http.JsonAnswer;
import io.taskstream.metrics.Metrics;
import io.taskstream.metrics.StreamMeters;
import io.taskstream.ops.Drain;
import io.taskstream.ops.Health;
import io.taskstream.ops.Health.Check;
import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonObjectBuilder;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Executor;
import java.util.stream.Stream;

/**
 * Health, metrics and the drain, for operators. Health is in the format of MicroProfile Health 4.0, section 4, for servers that
 * do not serve it themselves.
 */
@Path("/")
public class OperationsResource {

    /** Every Prometheus parses this format, and people can read it. */
    private static final String METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8";

    private final Health health;
    private final Metrics metrics;
    private final Drain drain;
    private final StreamMeters meters;
    private final Executor executor;

    /**
     * @param executor runs the drain
     */
    public OperationsResource(Health health, Metrics metrics, Drain drain, StreamMeters meters, Executor executor) {
        this.health = health;
        this.metrics = metrics;
        this.drain = drain;
        this.meters = meters;
        this.executor = executor;
    }

    @GET
    @RequiresPermission(Permission.NONE)
    @Path("health")
    @Produces(MediaType.APPLICATION_JSON)
    public Response health() {
        return answer(Stream.of(health.started(), health.live(), health.ready())
                .flatMap(List::stream)
                .toList());
    }

    @GET
    @RequiresPermission(Permission.NONE)
    @Path("health/live")
    @Produces(MediaType.APPLICATION_JSON)
    public Response live() {
        return answer(health.live());
    }

    @GET
    @RequiresPermission(Permission.NONE)
    @Path("health/ready")
    @Produces(MediaType.APPLICATION_JSON)
    public Response ready() {
        return answer(health.ready());
    }

    @GET
    @RequiresPermission(Permission.NONE)
    @Path("health/started")
    @Produces(MediaType.APPLICATION_JSON)
    public Response started() {
        return answer(health.started());
    }

    private static Response answer(List<Check> checks) {
        boolean isUp = checks.stream().allMatch(Check::isUp);
        JsonArrayBuilder array = JsonAnswer.JSON.createArrayBuilder();
        checks.forEach(check -> array.add(json(check)));
        JsonObjectBuilder json = JsonAnswer.object().add("status", status(isUp)).add("checks", array);
        return JsonAnswer.of(isUp ? 200 : 503, json).build();
    }

    private static JsonObjectBuilder json(Check check) {
        JsonObjectBuilder json = JsonAnswer.object().add("name", check.name()).add("status", status(check.isUp()));
        return check.isUp() ? json : json.add("data", JsonAnswer.object().add("detail", check.detail()));
    }

    private static String status(boolean isUp) {
        return isUp ? "UP" : "DOWN";
    }

    /** Returns the metrics in Prometheus' text format. */
    @GET
    @RequiresPermission(Permission.ADMIN)
    @Path("metrics")
    public Response metrics() {
        return Response.ok(metrics.scrape(METRICS_TYPE).getBytes(StandardCharsets.UTF_8))
                .header(HttpHeaders.CONTENT_TYPE, METRICS_TYPE)
                .header(HttpHeaders.CACHE_CONTROL, "no-store")
                .build();
    }

    /** Begins the drain and does not wait for it. A further call only returns the state. */
    @POST
    @RequiresPermission(Permission.ADMIN)
    @Path("admin/drain")
    @Audited("drain begun")
    @Produces(MediaType.APPLICATION_JSON)
    public Response drain() {
        if (drain.state() == Drain.State.SERVING) {
            executor.execute(drain::run);
            // The executor may run it later, but after this answer no viewer is admitted.
            drain.begin();
        }
        return drain(202);
    }

    /** Returns the state of the drain. */
    @GET
    @RequiresPermission(Permission.ADMIN)
    @Path("admin/drain")
    @Produces(MediaType.APPLICATION_JSON)
    public Response drainState() {
        return drain(200);
    }

    private Response drain(int status) {
        JsonObjectBuilder json = JsonAnswer.object()
                .add("state", drain.state().name().toLowerCase(Locale.ROOT))
                .add("viewers", meters.viewers())
                .add("seconds", drain.window().toSeconds());
        return JsonAnswer.of(status, json).build();
    }
}
