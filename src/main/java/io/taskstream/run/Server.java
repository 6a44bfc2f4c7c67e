package io.taskstream.run;

import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpResponse.BodySubscribers;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** The calls to the server about one task. Each is one request, ends in bounded time, and is never repeated here. */
final class Server {

    /** How often the producer announces to be heard of, in seconds. */
    static final int INTERVAL_SECONDS = 10;

    private final HttpClient client = HttpClient.newBuilder()
            // A request of HTTP/2 over plain text begins with an upgrade, which proxies refuse.
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(10))
            // Another host must not get the token.
            .followRedirects(HttpClient.Redirect.NEVER)
            .build();

    private final String task;
    private final Duration timeout;
    private final Supplier<@Nullable String> token;

    /**
     * @param server its address, without a slash at the end
     * @param timeout how long a request may take
     * @param token asked for each request, since tokens are renewed
     */
    Server(String server, String task, Duration timeout, Supplier<@Nullable String> token) {
        this.task = server + "/tasks/" + task;
        this.timeout = timeout;
        this.token = token;
    }

    /** Creates the task, if it is not there. */
    Answer createTask(@Nullable String title, Map<String, String> labels) throws IOException, InterruptedException {
        String members = labels.entrySet().stream()
                .map(label -> Json.quoted(label.getKey()) + ":" + Json.quoted(label.getValue()))
                .collect(Collectors.joining(","));
        String json =
                "{" + (title == null ? "" : "\"title\":" + Json.quoted(title) + ",") + "\"labels\":{" + members + "}}";
        return send(request("").header("Content-Type", "application/json").PUT(BodyPublishers.ofString(json)));
    }

    /** Makes the upload, if it is not there. */
    Answer makeUpload(String name) throws IOException, InterruptedException {
        return send(upload(name).header("Content-Type", "text/plain").PUT(BodyPublishers.noBody()));
    }

    /** Asks how far the upload has come, and ends an older request that appends to it. */
    Answer offset(String name) throws IOException, InterruptedException {
        return send(upload(name).method("HEAD", BodyPublishers.noBody()));
    }

    /**
     * Appends to the upload.
     *
     * @param isLast whether the upload is complete with these bytes
     */
    Answer append(String name, long offset, byte[] bytes, boolean isLast) throws IOException, InterruptedException {
        return send(upload(name)
                .header("Content-Type", "application/partial-upload")
                .header("Upload-Offset", Long.toString(offset))
                .header("Upload-Complete", isLast ? "?1" : "?0")
                .method("PATCH", BodyPublishers.ofByteArray(bytes)));
    }

    /** Publishes one event. A repeat with the same key changes nothing. */
    Answer publish(String json, String key) throws IOException, InterruptedException {
        return send(request("/events")
                .header("Content-Type", "application/json")
                .header("Idempotency-Key", key)
                .POST(BodyPublishers.ofString(json)));
    }

    /**
     * Opens the task's stream.
     *
     * @param last the id of the last event that the caller knows, {@code null} for none
     * @param lines gets the lines of the stream
     * @return is completed when the stream has ended
     */
    CompletableFuture<HttpResponse<Void>> watch(@Nullable String last, Flow.Subscriber<String> lines) {
        HttpRequest.Builder request = request("/stream").header("Accept", "text/event-stream");
        if (last != null) {
            request.header("Last-Event-ID", last);
        }
        return client.sendAsync(
                request.build(),
                head -> head.statusCode() == 200
                        ? BodySubscribers.fromLineSubscriber(lines, each -> null, StandardCharsets.UTF_8, null)
                        : BodySubscribers.replacing(null));
    }

    private HttpRequest.Builder upload(String name) {
        return request("/uploads/" + name).header("Upload-Interval", Integer.toString(INTERVAL_SECONDS));
    }

    private HttpRequest.Builder request(String path) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(task + path));
        String value = token.get();
        return value == null ? request : request.header("Authorization", "Bearer " + value);
    }

    private Answer send(HttpRequest.Builder request) throws IOException, InterruptedException {
        CompletableFuture<HttpResponse<String>> response = client.sendAsync(request.build(), BodyHandlers.ofString());
        try {
            HttpResponse<String> answer = response.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
            return new Answer(answer.statusCode(), answer.headers(), answer.body());
        } catch (TimeoutException e) {
            throw new HttpTimeoutException("there was no answer in time");
        } catch (ExecutionException e) {
            throw failure(e);
        } finally {
            response.cancel(true);
        }
    }

    /** Returns an exception whose message says why. Those of the client often have none. */
    private static IOException failure(Throwable thrown) {
        String reason = "the connection broke";
        for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
            if (cause instanceof HttpTimeoutException) {
                return new HttpTimeoutException("there was no answer in time");
            }
            if (cause instanceof UnresolvedAddressException) {
                return new IOException("its host name is unknown", thrown);
            }
            if (cause instanceof ConnectException) {
                reason = "nothing accepts connections there";
            } else if (cause instanceof SSLException) {
                reason = "TLS failed: " + cause.getMessage();
            }
        }
        return new IOException(reason, thrown);
    }

    /** The answer to a request. */
    record Answer(int status, HttpHeaders headers, String body) {

        /** Returns the upload's offset, -1 if the answer has none. */
        long offset() {
            return number("Upload-Offset", -1);
        }

        boolean isComplete() {
            return headers.firstValue("Upload-Complete").orElse("").strip().equals("?1");
        }

        /** Tells whether Taskstream answered itself, and not a proxy, or a server that has not started it yet. */
        boolean isOfTaskstream() {
            return headers.firstValue("Content-Type").orElse("").startsWith("application/problem+json");
        }

        /** Tells whether it refuses bytes only since the upload has another offset, that in the answer. */
        boolean isOtherOffset() {
            return offset() >= 0 && Json.strings(body).getOrDefault("type", "").endsWith("#mismatching-upload-offset");
        }

        /** Tells whether it is the answer of Taskstream to events that it has published, and no page of a proxy. */
        boolean isOfEvents() {
            return Json.strings(body).containsKey("lastEventId");
        }

        /** Returns the seconds to wait before the next request, 0 if the answer names none. */
        long retryAfterSeconds() {
            return number("Retry-After", 0);
        }

        private long number(String header, long otherwise) {
            String value = headers.firstValue(header).orElse("").strip();
            return value.matches("\\d{1,18}") ? Long.parseLong(value) : otherwise;
        }

        /** Returns status and reason in words. */
        @Override
        public String toString() {
            Map<String, String> problem = Json.strings(body);
            String detail = problem.getOrDefault("detail", problem.getOrDefault("title", ""));
            String reason = headers.firstValue("Location").orElse(detail);
            return "it answers " + status + (reason.isEmpty() ? "" : ": " + reason);
        }
    }
}
