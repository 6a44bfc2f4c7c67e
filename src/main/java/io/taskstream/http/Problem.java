package io.taskstream.http;

import jakarta.json.JsonException;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import jakarta.json.JsonReader;
import jakarta.json.JsonValue;
import jakarta.json.spi.JsonProvider;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * An error as a client gets it (RFC 9457). Its type is {@code about:blank}: the status says all that a program needs,
 * and the detail is for people.
 *
 * @param status the HTTP status
 * @param title the status in words
 * @param detail what was wrong with this request
 * @param more further members of the object
 */
record Problem(int status, String title, String detail, JsonObject more) {

    /** Looked up once: {@code Json}'s own methods search the class path on every call. */
    private static final JsonProvider JSON = JsonProvider.provider();

    static final String MEDIA_TYPE = "application/problem+json";

    /** How long a client had better wait when the server can't do its work. */
    private static final int RETRY_AFTER_SECONDS = 5;

    static Problem of(int status, String detail) {
        return new Problem(status, titleOf(status), detail, JsonValue.EMPTY_JSON_OBJECT);
    }

    /** The same problem with a further member. */
    Problem with(String member, JsonValue value) {
        return new Problem(
                status,
                title,
                detail,
                JSON.createObjectBuilder(more).add(member, value).build());
    }

    /** The exception that makes this the answer. */
    WebApplicationException asException() {
        return new WebApplicationException(detail, response());
    }

    Response response() {
        Response.ResponseBuilder answer = Response.status(status)
                .type(MEDIA_TYPE)
                .header(HttpHeaders.CACHE_CONTROL, "no-store")
                .entity(body());
        if (status == 503) {
            answer.header(HttpHeaders.RETRY_AFTER, RETRY_AFTER_SECONDS);
        } else if (status == 401) {
            answer.header(HttpHeaders.WWW_AUTHENTICATE, "Bearer error=\"invalid_token\"");
        }
        return answer.build();
    }

    /** Writes it as the answer, where JAX-RS does not; a client that has gone gets nothing, and is no failure. */
    void send(HttpServletResponse response) {
        byte[] body = body();
        response.setStatus(status);
        response.setContentType(MEDIA_TYPE);
        response.setContentLength(body.length);
        response.setHeader(HttpHeaders.CACHE_CONTROL, "no-store");
        response.setHeader("X-Content-Type-Options", "nosniff");
        UnpooledOutput.use(response);
        try {
            response.getOutputStream().write(body);
        } catch (IOException e) {
            // The container ends the connection.
        }
    }

    byte[] body() {
        JsonObjectBuilder problem = JSON.createObjectBuilder()
                .add("type", "about:blank")
                .add("title", title)
                .add("status", status)
                .add("detail", detail);
        more.forEach(problem::add);
        return problem.build().toString().getBytes(StandardCharsets.UTF_8);
    }

    private static String titleOf(int status) {
        Response.@Nullable Status known = Response.Status.fromStatusCode(status);
        if (known != null) {
            return known.getReasonPhrase();
        }
        return switch (status) {
            case 421 -> "Misdirected Request";
            case 422 -> "Unprocessable Content";
            default -> "HTTP status " + status;
        };
    }

    /** Whether an answer is a problem already. */
    static boolean is(Response response) {
        return is(response.getMediaType());
    }

    /** Whether that is a problem's media type. */
    static boolean is(@Nullable MediaType type) {
        return type != null && MEDIA_TYPE.equals(type.getType() + '/' + type.getSubtype());
    }

    /** The detail of a problem that is an answer's entity; empty if it is none. */
    static String detailIn(@Nullable Object entity) {
        if (!(entity instanceof byte[] body)) {
            return "";
        }
        try (JsonReader reader = JSON.createReader(new ByteArrayInputStream(body))) {
            return reader.readObject().getString("detail", "");
        } catch (JsonException e) {
            return "";
        }
    }
}
