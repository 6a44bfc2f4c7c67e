package io.taskstream.http;

import io.taskstream.eventlog.LogState;
import io.taskstream.eventlog.StoredEvent;
import io.taskstream.eventlog.Upload;
import io.taskstream.task.Task;
import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonObjectBuilder;
import jakarta.json.JsonValue;
import jakarta.json.spi.JsonProvider;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Answers in JSON. They are bytes, so that both servers send the same and need no provider for a type. */
public final class JsonAnswer {

    /** Found once: the methods of {@code Json} search the class path on every call. */
    public static final JsonProvider JSON = JsonProvider.provider();

    private JsonAnswer() {}

    /** Returns a new, empty object. */
    public static JsonObjectBuilder object() {
        return JSON.createObjectBuilder();
    }

    /** Returns an answer that no cache may store. */
    public static Response.ResponseBuilder of(int status, JsonObjectBuilder json) {
        return of(status, json.build().toString().getBytes(StandardCharsets.UTF_8));
    }

    /** Returns an answer that no cache may store. */
    public static Response.ResponseBuilder of(int status, byte[] json) {
        return Response.status(status)
                .type(MediaType.APPLICATION_JSON_TYPE)
                .header(HttpHeaders.CACHE_CONTROL, "no-store")
                .entity(json);
    }

    /**
     * Returns a task as clients see it; what it does not have is {@code null}.
     *
     * @param viewers how many watch the task on this server
     * @param now decides which producers are lost
     */
    public static JsonObjectBuilder task(LogState log, int viewers, Instant now) {
        Task task = log.task();
        JsonArrayBuilder producers = JSON.createArrayBuilder();
        log.uploads().forEach(upload -> producers.add(producer(upload, now)));
        return object().add("id", task.id().value())
                .add("title", orNull(task.title()))
                .add("status", task.status().wireName())
                .add("labels", JSON.createObjectBuilder(new TreeMap<>(task.labels())))
                .add("created", task.created().toString())
                .add("finished", orNull(task.finished()))
                .add("lastEventId", log.last().sequence() == 0 ? JsonValue.NULL : orNull(log.last()))
                .add("events", log.events())
                .add("viewers", viewers + log.viewersElsewhere())
                .add("producers", producers);
    }

    private static JsonObjectBuilder producer(Upload upload, Instant now) {
        String state = upload.complete() ? "complete" : upload.isLost(now) ? "lost" : "active";
        return object().add("name", upload.name())
                .add("state", state)
                .add("since", upload.heard().toString())
                .add("offset", upload.offset());
    }

    /** Returns the value's text as a JSON string, or JSON's {@code null}. */
    public static JsonValue orNull(@Nullable Object value) {
        return value == null ? JsonValue.NULL : JSON.createValue(value.toString());
    }

    /**
     * Returns a page of history. It contains the events byte for byte as they were sent, which no JSON writer would do.
     *
     * @param more whether events follow the page
     */
    public static byte[] history(List<StoredEvent> page, boolean more) {
        var json = new ByteArrayOutputStream();
        ascii(json, "{\"events\":[");
        String separator = "";
        for (StoredEvent event : page) {
            ascii(json, separator + "{\"id\":\"" + event.id() + "\",\"time\":\"" + event.time() + "\",\"data\":");
            json.writeBytes(event.data());
            ascii(json, "}");
            separator = ",";
        }
        ascii(json, "],\"next\":" + (more ? "\"" + page.get(page.size() - 1).id() + "\"" : "null") + "}");
        return json.toByteArray();
    }

    private static void ascii(ByteArrayOutputStream json, String text) {
        json.writeBytes(text.getBytes(StandardCharsets.US_ASCII));
    }
}
