package odd;

import jakarta.json.bind.JsonbBuilder;
import jakarta.json.bind.spi.JsonbProvider;
import jakarta.ws.rs.ApplicationPath;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Application;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.MultivaluedMap;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.ext.ExceptionMapper;
import jakarta.ws.rs.ext.MessageBodyWriter;
import jakarta.ws.rs.ext.Provider;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.annotation.Annotation;
import java.lang.reflect.Type;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** An application that configures what servers share: JAX-RS, JSON-B and SLF4J, all wrongly. */
@ApplicationPath("")
public class Odd extends Application {

    /** The names that it brings as services, and what implements them. */
    public static final Map<String, String> SERVICES = Map.of(
            JsonbProvider.class.getName(), Json.class.getName(), "org.slf4j.spi.SLF4JServiceProvider", "odd.Missing");

    @Path("text")
    public static class Texts {

        @GET
        @Produces(MediaType.APPLICATION_JSON)
        public Map<String, String> get() {
            // Known to the whole JVM.
            System.setProperty("slf4j.provider", "odd.Missing");
            try {
                return Map.of("json", JsonbBuilder.create().toJson("x"));
            } catch (UnsupportedOperationException e) {
                return Map.of();
            }
        }
    }

    /** Writes anything as one word. */
    @Provider
    public static class Writer implements MessageBodyWriter<Object> {

        @Override
        public boolean isWriteable(Class<?> type, Type generic, Annotation[] annotations, MediaType mediaType) {
            return true;
        }

        @Override
        public void writeTo(
                Object value,
                Class<?> type,
                Type generic,
                Annotation[] annotations,
                MediaType mediaType,
                MultivaluedMap<String, Object> headers,
                OutputStream out)
                throws IOException {
            out.write("odd".getBytes(StandardCharsets.UTF_8));
        }
    }

    /** Hides every failure. */
    @Provider
    public static class Mapper implements ExceptionMapper<Throwable> {

        @Override
        public Response toResponse(Throwable failure) {
            return Response.ok("odd").build();
        }
    }

    /** Can't bind anything. */
    public static class Json extends JsonbProvider {

        @Override
        public JsonbBuilder create() {
            throw new UnsupportedOperationException("odd");
        }
    }
}
