package io.taskstream.http;

import io.taskstream.access.Permission;
import io.taskstream.access.RequiresPermission;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.NotFoundException;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.core.CacheControl;
import jakarta.ws.rs.core.EntityTag;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/** The page at the root, and the files that it needs, from the class path. */
@Path("/")
public class PageResource {

    private static final String INDEX = "index.html";

    /** Nothing from elsewhere, and no script in the page itself. */
    private static final String CONTENT_SECURITY_POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; "
            + "img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

    private static final Map<String, String> MEDIA_TYPES = Map.of(
            "html", "text/html;charset=UTF-8",
            "css", "text/css;charset=UTF-8",
            "js", "text/javascript;charset=UTF-8",
            "svg", "image/svg+xml",
            "txt", "text/plain;charset=UTF-8");

    @GET
    @RequiresPermission(Permission.NONE)
    public Response index(@HeaderParam("If-None-Match") @Nullable String known) throws IOException {
        return file(INDEX, known);
    }

    @GET
    @RequiresPermission(Permission.NONE)
    @Path("page/{file: [a-zA-Z0-9_-]+(/[a-zA-Z0-9_-]+)?\\.[a-z]+}")
    public Response asset(@PathParam("file") String file, @HeaderParam("If-None-Match") @Nullable String known)
            throws IOException {
        return file(file, known);
    }

    private static Response file(String name, @Nullable String known) throws IOException {
        String type = MEDIA_TYPES.get(name.substring(name.lastIndexOf('.') + 1));
        byte[] content = type == null ? null : read(name);
        if (content == null) {
            throw new NotFoundException();
        }
        EntityTag tag = tagOf(content);
        Response.ResponseBuilder answer = isKnown(tag, known)
                ? Response.notModified()
                : Response.ok(content).type(type);
        var revalidate = new CacheControl();
        revalidate.setNoCache(true);
        // As it is made, it forbids proxies to compress.
        revalidate.setNoTransform(false);
        return answer.tag(tag)
                .cacheControl(revalidate)
                .header("Content-Security-Policy", CONTENT_SECURITY_POLICY)
                .header("X-Content-Type-Options", "nosniff")
                .header("Referrer-Policy", "no-referrer")
                .build();
    }

    /** JAX-RS fails where a header is no list of entity tags; that is no reason to keep the page from a browser. */
    private static boolean isKnown(EntityTag tag, @Nullable String known) {
        return known != null && (known.strip().equals("*") || known.contains('"' + tag.getValue() + '"'));
    }

    private static byte @Nullable [] read(String name) throws IOException {
        try (InputStream in = PageResource.class.getResourceAsStream("/page/" + name)) {
            return in == null ? null : in.readAllBytes();
        }
    }

    private static EntityTag tagOf(byte[] content) {
        var checksum = new CRC32();
        checksum.update(content);
        return new EntityTag(Long.toHexString(checksum.getValue()) + '-' + content.length);
    }
}
