package io.taskstream.it;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.json.Json;
import jakarta.json.JsonException;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.io.StringReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Calls to Taskstream that answer at once, as any client would make them. */
public final class Api {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final URI base;

    public Api(URI base) {
        this.base = base;
    }

    /** The server that this process tests. */
    public static Api underTest() {
        return new Api(URI.create(System.getProperty("it.url")));
    }

    /** The URL of that path. */
    public URI at(String path) {
        return URI.create(base + path);
    }

    /** A new task with an id of its own. */
    public String createTask() {
        String id = "it-" + UUID.randomUUID();
        HttpResponse<String> answer = send("PUT", "/tasks/" + id, null, "");
        if (answer.statusCode() != 201) {
            throw new AssertionError(answer + ": " + answer.body());
        }
        return id;
    }

    /** Publishes one event in JSON, or a batch. Returns the id of the last. */
    public String publish(String task, String json) {
        HttpResponse<String> answer = post("/tasks/" + task + "/events", "application/json", json);
        if (answer.statusCode() != 200) {
            throw new AssertionError(answer + ": " + answer.body());
        }
        return json(answer).getString("lastEventId");
    }

    /** Reads the task's events, in pages. */
    public void eachEvent(String task, Consumer<JsonObject> reader) {
        String after = "";
        while (true) {
            JsonObject page = json(get("/tasks/" + task + "/events?limit=200" + after));
            page.getJsonArray("events").getValuesAs(JsonObject.class).forEach(reader);
            if (page.isNull("next")) {
                return;
            }
            after = "&after=" + page.getString("next");
        }
    }

    /** Reads the pieces of the task's text. */
    public void eachText(String task, Consumer<String> reader) {
        eachEvent(task, event -> {
            if (event.get("data") instanceof JsonObject data
                    && data.getString("type", "").equals("message_delta")) {
                reader.accept(data.getString("text"));
            }
        });
    }

    /** The text of the task. */
    public String text(String task) {
        var text = new StringBuilder();
        eachText(task, text::append);
        return text.toString();
    }

    /** The task's current state. */
    public JsonObject task(String id) {
        return json(get("/tasks/" + id));
    }

    public HttpResponse<String> get(String path, String... headers) {
        return send("GET", path, null, "", headers);
    }

    public HttpResponse<String> post(String path, String type, String body, String... headers) {
        return send("POST", path, type, body, headers);
    }

    /**
     * Any call.
     *
     * @param type of the body, {@code null} for no Content-Type
     * @param headers names and values in turn
     */
    public HttpResponse<String> send(
            String method, String path, @Nullable String type, String body, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(at(path))
                .timeout(PATIENCE)
                .method(method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
        if (type != null) {
            request.header("Content-Type", type);
        }
        if (headers.length > 0) {
            request.headers(headers);
        }
        try {
            return client.send(request.build(), BodyHandlers.ofString());
        } catch (IOException e) {
            throw new AssertionError(method + " " + path, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** The answer as a JSON object; the test fails with the whole answer if it is none. */
    public static JsonObject json(HttpResponse<String> answer) {
        try {
            return Json.createReader(new StringReader(answer.body())).readObject();
        } catch (JsonException e) {
            throw new AssertionError(answer + ", " + answer.headers().map() + ": " + answer.body(), e);
        }
    }

    /** Asserts that the answer is a problem of RFC 9457 with all its members. */
    static void assertProblem(HttpResponse<String> answer, int status) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/problem+json");
        JsonObject problem = json(answer);
        assertThat(problem.getInt("status")).isEqualTo(status);
        assertThat(problem.getString("title")).isNotEmpty();
        assertThat(problem.getString("detail")).isNotEmpty();
        assertThat(problem.getString("type")).isEqualTo("about:blank");
    }
}
