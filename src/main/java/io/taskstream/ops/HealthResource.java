package io.taskstream.ops;

import io.taskstream.access.Permission;
import io.taskstream.access.RequiresPermission;
import io.taskstream.ops.Health.Check;
import jakarta.json.Json;
import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;

/**
 * Health at the application's own root, for servers that have none there; in the words of MicroProfile Health 4.0,
 * section 4.
 */
@Path("health")
@Produces(MediaType.APPLICATION_JSON)
public class HealthResource {

    private final Health health;

    public HealthResource(Health health) {
        this.health = health;
    }

    @GET
    @RequiresPermission(Permission.NONE)
    public Response all() {
        return answer(Stream.of(health.started(), health.live(), health.ready())
                .flatMap(List::stream)
                .toList());
    }

    @GET
    @RequiresPermission(Permission.NONE)
    @Path("live")
    public Response live() {
        return answer(health.live());
    }

    @GET
    @RequiresPermission(Permission.NONE)
    @Path("ready")
    public Response ready() {
        return answer(health.ready());
    }

    @GET
    @RequiresPermission(Permission.NONE)
    @Path("started")
    public Response started() {
        return answer(health.started());
    }

    private static Response answer(List<Check> checks) {
        boolean isUp = checks.stream().allMatch(Check::isUp);
        JsonArrayBuilder array = Json.createArrayBuilder();
        checks.forEach(check -> array.add(json(check)));
        String json = Json.createObjectBuilder()
                .add("status", status(isUp))
                .add("checks", array)
                .build()
                .toString();
        return Response.status(isUp ? Response.Status.OK : Response.Status.SERVICE_UNAVAILABLE)
                .type(MediaType.APPLICATION_JSON_TYPE)
                .header(HttpHeaders.CACHE_CONTROL, "no-store")
                .entity(json.getBytes(StandardCharsets.UTF_8))
                .build();
    }

    private static JsonObject json(Check check) {
        JsonObjectBuilder json =
                Json.createObjectBuilder().add("name", check.name()).add("status", status(check.isUp()));
        return check.isUp()
                ? json.build()
                : json.add("data", Json.createObjectBuilder().add("detail", check.detail()))
                        .build();
    }

    private static String status(boolean isUp) {
        return isUp ? "UP" : "DOWN";
    }
}
