package io.taskstream.http;

import jakarta.json.JsonException;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import jakarta.json.JsonReader;
import jakarta.json.JsonValue;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * An error as a client gets it (RFC 9457). Its type is {@code about:blank} unless a further member {@code type} says otherwise:
 * the status tells a program all that it needs, and the detail is for people.
 *
 * @param status the HTTP status
 * @param title the status in words
 * @param detail what was wrong with this request
 * @param more further members of the JSON object
 */
public record Problem(int status, String title, String detail, JsonObject more) {

    public static final String MEDIA_TYPE = "application/problem+json";

    /** How long a client should wait when the server cannot answer now. */
    private static final int RETRY_AFTER_SECONDS = 5;

    public static Problem of(int status, String detail) {
        return new Problem(status, titleOf(status), detail, JsonValue.EMPTY_JSON_OBJECT);
    }

    /** Returns the same problem with a further member. */
    public Problem with(String member, JsonValue value) {
        return new Problem(
                status,
                title,
                detail,
                JsonAnswer.JSON.createObjectBuilder(more).add(member, value).build());
    }

    /** Returns the exception that makes this the answer. */
    public ProblemException asException() {
        return new ProblemException(this, response());
    }

    /**
     * Returns the exception that ends a request whose connection is lost. Its answer has no entity: Jersey logs each failure
     * to write one as SEVERE.
     */
    public static ProblemException connectionLost() {
        Problem problem = of(400, "The body broke off");
        return new ProblemException(problem, Response.status(problem.status).build());
    }

    public Response response() {
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

    /** Writes the answer outside JAX-RS. That the client has gone is no failure. */
    public void send(HttpServletResponse response) {
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
            // The container closes the connection.
        }
    }

    private byte[] body() {
        JsonObjectBuilder problem = JsonAnswer.object()
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

    /** Tells whether an answer is a problem already. */
    public static boolean is(Response response) {
        return is(response.getMediaType());
    }

    /** Tells whether this is the media type of problems. */
    public static boolean is(@Nullable MediaType type) {
        return type != null && MEDIA_TYPE.equals(type.getType() + '/' + type.getSubtype());
    }

    /** Returns the detail of the problem that an answer's entity is; empty if it is none. */
    public static String detailIn(@Nullable Object entity) {
        if (!(entity instanceof byte[] body)) {
            return "";
        }
        try (JsonReader reader = JsonAnswer.JSON.createReader(new ByteArrayInputStream(body))) {
            return reader.readObject().getString("detail", "");
        } catch (JsonException e) {
            return "";
        }
    }
}
