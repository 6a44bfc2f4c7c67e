package io.taskstream.http.resource;

import io.taskstream.access.Permission;
import io.taskstream.access.RequiresPermission;
import io.taskstream.http.Caller;
import io.taskstream.http.Cookies;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.InternalServerErrorException;
import jakarta.ws.rs.NotFoundException;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.core.CacheControl;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.EntityTag;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.SecurityContext;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/** The web page with its files, the runner, and the descriptions of the API for programs. All are on the class path. */
@Path("/")
public class PageResource {

    private static final String INDEX = "index.html";

    /** Allows nothing from other hosts, and no script in the page itself. */
    private static final String CONTENT_SECURITY_POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; "
            + "img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

    private static final Map<String, String> MEDIA_TYPES = Map.of(
            "html", "text/html;charset=UTF-8",
            "css", "text/css;charset=UTF-8",
            "js", "text/javascript;charset=UTF-8",
            "svg", "image/svg+xml",
            "txt", "text/plain;charset=UTF-8");

    /** Redirects from the context root without the last slash, to which the page's links would not be relative. */
    @GET
    @RequiresPermission(Permission.NONE)
    public Response index(
            @HeaderParam("If-None-Match") @Nullable String known,
            @Context HttpServletRequest request,
            @Context SecurityContext caller)
            throws IOException {
        return request.getRequestURI().endsWith("/")
                ? pageFile(INDEX, known)
                : Response.status(Response.Status.TEMPORARY_REDIRECT)
                        .header(HttpHeaders.LOCATION, Caller.of(caller).root() + "/")
                        .build();
    }

    @GET
    @RequiresPermission(Permission.NONE)
    @Path("page/{file: [a-zA-Z0-9_-]+\\.[a-z]+}")
    public Response asset(@PathParam("file") String file, @HeaderParam("If-None-Match") @Nullable String known)
            throws IOException {
        return pageFile(file, known);
    }

    /** Returns the program that runs a command and publishes its output. */
    @GET
    @RequiresPermission(Permission.NONE)
    @Path("taskstream-run.jar")
    public Response runner(@HeaderParam("If-None-Match") @Nullable String known) throws IOException {
        return file("/taskstream-run.jar", "application/java-archive", known);
    }

    /** Returns the description of the resources. */
    @GET
    @RequiresPermission(Permission.NONE)
    @Path("openapi.yaml")
    public Response openapi(@Context SecurityContext caller) throws IOException {
        return description("/api/openapi.yaml", caller);
    }

    /** Returns the description of the stream's events. */
    @GET
    @RequiresPermission(Permission.NONE)
    @Path("asyncapi.yaml")
    public Response asyncapi(@Context SecurityContext caller) throws IOException {
        return description("/api/asyncapi.yaml", caller);
    }

    /** The files describe the application at {@code /}. */
    private static Response description(String name, SecurityContext caller) throws IOException {
        byte[] file = read(name);
        if (file == null) {
            throw new InternalServerErrorException();
        }
        String root = Caller.of(caller).root();
        String content = new String(file, StandardCharsets.UTF_8);
        if (!root.isEmpty()) {
            content = content.replace("  - url: /\n", "  - url: " + root + "\n")
                    .replace("  address: /", "  address: " + root + "/")
                    .replace(Cookies.session(""), Cookies.session(root));
        }
        // The type is that of RFC 9512.
        return Response.ok(content.getBytes(StandardCharsets.UTF_8))
                .type("application/yaml")
                .header(HttpHeaders.CACHE_CONTROL, "no-cache")
                .build();
    }

    private static Response pageFile(String name, @Nullable String known) throws IOException {
        return file("/page/" + name, MEDIA_TYPES.get(name.substring(name.lastIndexOf('.') + 1)), known);
    }

    private static Response file(String path, @Nullable String type, @Nullable String known) throws IOException {
        byte[] content = type == null ? null : read(path);
        if (content == null) {
            throw new NotFoundException();
        }
        EntityTag tag = tagOf(content);
        Response.ResponseBuilder answer = isKnown(tag, known)
                ? Response.notModified()
                : Response.ok(content).type(type);
        var revalidate = new CacheControl();
        revalidate.setNoCache(true);
        // The default forbids proxies to compress.
        revalidate.setNoTransform(false);
        return answer.tag(tag)
                .cacheControl(revalidate)
                .header("Content-Security-Policy", CONTENT_SECURITY_POLICY)
                .header("X-Content-Type-Options", "nosniff")
                .header("Referrer-Policy", "no-referrer")
                .build();
    }

    /** JAX-RS fails if the header is no list of entity tags, but the browser should get the page all the same. */
    private static boolean isKnown(EntityTag tag, @Nullable String known) {
        return known != null && (known.strip().equals("*") || known.contains('"' + tag.getValue() + '"'));
    }

    private static byte @Nullable [] read(String name) throws IOException {
        try (InputStream in = PageResource.class.getResourceAsStream(name)) {
            return in == null ? null : in.readAllBytes();
        }
    }

    private static EntityTag tagOf(byte[] content) {
        var checksum = new CRC32();
        checksum.update(content);
        return new EntityTag(Long.toHexString(checksum.getValue()) + '-' + content.length);
    }
}
