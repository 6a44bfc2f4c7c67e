package io.taskstream.it.wire;

import io.taskstream.it.server.Await;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Optional;
import java.util.function.BiPredicate;

/** Calls to a server that may be killed at any moment. Thread-safe. */
public final class Calls {

    /** A server may take long on a busy machine. */
    private static final Duration START = Duration.ofMinutes(3);

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration PAUSE = Duration.ofMillis(50);
    private static final Duration LONGEST_PAUSE = Duration.ofMillis(100);

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final URI server;

    public Calls(URI server) {
        this.server = server;
    }

    /** A GET; empty if the server did not answer. */
    public Optional<HttpResponse<String>> get(String path) {
        return send(request(path).GET(), BodyHandlers.ofString());
    }

    /** Watches a task whose events the producers of this package publish. */
    public ResumingViewer watch(String task) {
        return watch(task, LONGEST_PAUSE, Producer::isEvent);
    }

    /**
     * Watches a task.
     *
     * @param check gets the sequence and the data of each event, and tells whether they belong together
     */
    public ResumingViewer watch(String task, Duration longestPause, BiPredicate<Long, String> check) {
        URI stream = URI.create(server + "/tasks/" + task + "/stream");
        return new ResumingViewer(client, stream, longestPause, check);
    }

    /** Publishes; empty if the server did not answer. */
    public Optional<HttpResponse<String>> publish(String task, String type, BodyPublisher body, String... headers) {
        HttpRequest.Builder request = request("/tasks/" + task + "/events")
                .header("Content-Type", type)
                .POST(body);
        if (headers.length > 0) {
            request.headers(headers);
        }
        return send(request, BodyHandlers.ofString());
    }

    /** Creates the task. */
    public void create(String task) {
        var answer = send(request("/tasks/" + task).PUT(BodyPublishers.noBody()), BodyHandlers.ofString());
        if (answer.isEmpty() || answer.get().statusCode() != 201) {
            throw new AssertionError("Creating " + task + ": " + answer);
        }
    }

    /** Waits until the application answers. */
    public void awaitApplication() {
        Await.until(
                "the application answers",
                START,
                () -> get("/tasks?limit=1")
                        .filter(answer -> answer.statusCode() == 200)
                        .isPresent());
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(server + path)).timeout(PATIENCE);
    }

    private <T> Optional<HttpResponse<T>> send(HttpRequest.Builder request, BodyHandler<T> handler) {
        try {
            return Optional.of(client.send(request.build(), handler));
        } catch (IOException e) {
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Pauses before a retry. */
    public static void pause() {
        Await.sleep(PAUSE);
    }
}
