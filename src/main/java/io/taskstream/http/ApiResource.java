package io.taskstream.http;

import io.taskstream.access.Permission;
import io.taskstream.access.RequiresPermission;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.InternalServerErrorException;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.io.InputStream;

/** What programs read to learn what they may call: OpenAPI for the resources, AsyncAPI for the stream's events. */
@Path("/")
public class ApiResource {

    /** RFC 9512. */
    private static final String MEDIA_TYPE = "application/yaml";

    @GET
    @RequiresPermission(Permission.NONE)
    @Path("openapi.yaml")
    public Response openapi() throws IOException {
        return description("/api/openapi.yaml");
    }

    @GET
    @RequiresPermission(Permission.NONE)
    @Path("asyncapi.yaml")
    public Response asyncapi() throws IOException {
        return description("/api/asyncapi.yaml");
    }

    private static Response description(String file) throws IOException {
        try (InputStream in = ApiResource.class.getResourceAsStream(file)) {
            if (in == null) {
                throw new InternalServerErrorException();
            }
            return Response.ok(in.readAllBytes())
                    .type(MEDIA_TYPE)
                    .header(HttpHeaders.CACHE_CONTROL, "no-cache")
                    .build();
        }
    }
}
