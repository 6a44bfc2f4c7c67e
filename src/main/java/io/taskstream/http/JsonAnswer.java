package io.taskstream.http;

import jakarta.json.JsonStructure;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.nio.charset.StandardCharsets;

/** Answers in JSON, as bytes: so both servers send the same, and need no provider. */
final class JsonAnswer {

    private JsonAnswer() {}

    static Response.ResponseBuilder of(int status, JsonStructure json) {
        return of(status, json.toString().getBytes(StandardCharsets.UTF_8));
    }

    static Response.ResponseBuilder of(int status, byte[] json) {
        return Response.status(status)
                .type(MediaType.APPLICATION_JSON_TYPE)
                .header(HttpHeaders.CACHE_CONTROL, "no-store")
                .entity(json);
    }
}
