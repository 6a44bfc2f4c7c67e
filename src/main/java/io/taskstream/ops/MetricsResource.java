package io.taskstream.ops;

import io.taskstream.access.Permission;
import io.taskstream.access.RequiresPermission;
import io.taskstream.metrics.Metrics;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.nio.charset.StandardCharsets;

/** The metrics in Prometheus' text format. */
@Path("metrics")
public class MetricsResource {

    /** Every Prometheus reads this one, and so do people. */
    private static final String MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8";

    private final Metrics metrics;

    public MetricsResource(Metrics metrics) {
        this.metrics = metrics;
    }

    @GET
    @RequiresPermission(Permission.ADMIN)
    public Response scrape() {
        return Response.ok(metrics.scrape(MEDIA_TYPE).getBytes(StandardCharsets.UTF_8))
                .header(HttpHeaders.CONTENT_TYPE, MEDIA_TYPE)
                .header(HttpHeaders.CACHE_CONTROL, "no-store")
                .build();
    }
}
