package io.taskstream.access;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Fetches keys by HTTP. Redirects are not followed: they could lead to somebody else's keys. */
public final class HttpKeySource implements RemoteKeys.Source {

    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final int MOST_BYTES = 1 << 20;

    private final HttpClient client = HttpClient.newHttpClient();
    private final URI url;
    private final Duration patience;

    public HttpKeySource(URI url) {
        this(url, PATIENCE);
    }

    /**
     * @param patience how long a fetch may take, up to the last byte
     */
    HttpKeySource(URI url, Duration patience) {
        this.url = url;
        this.patience = patience;
    }

    @Override
    public String fetch() throws IOException {
        HttpRequest request = HttpRequest.newBuilder(url)
                .header("Accept", "application/jwk-set+json, application/json")
                .build();
        var body = new ByteArrayOutputStream();
        CompletableFuture<HttpResponse<Void>> answer = client.sendAsync(
                request,
                BodyHandlers.ofByteArrayConsumer(piece -> piece.ifPresent(
                        bytes -> body.write(bytes, 0, Math.min(bytes.length, MOST_BYTES - body.size())))));
        try {
            // The request's own timeout would end with the head of the answer.
            int status = answer.get(patience.toNanos(), TimeUnit.NANOSECONDS).statusCode();
            if (status != 200 || body.size() == MOST_BYTES) {
                throw new IOException(url + " answers " + status + ", or far too much");
            }
            return body.toString(StandardCharsets.UTF_8);
        } catch (ExecutionException e) {
            throw new IOException(url + " can't be read: " + e.getCause(), e);
        } catch (TimeoutException e) {
            throw new IOException(url + " does not answer in time", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("Interrupted", e);
        } finally {
            answer.cancel(true);
        }
    }
}
