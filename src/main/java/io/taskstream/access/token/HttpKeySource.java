package io.taskstream.access.token;

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

/**
 * Fetches keys by HTTP. The library's own {@code DefaultResourceRetriever} limits each read, not the whole fetch, and
 * follows redirects, which could lead to another owner's keys.
 */
public final class HttpKeySource implements RemoteKeys.Source {

    private static final Duration TIMEOUT = Duration.ofSeconds(5);
    private static final int MAX_BYTES = 1 << 20;

    private final HttpClient client = HttpClient.newHttpClient();
    private final URI url;
    private final Duration timeout;

    public HttpKeySource(URI url) {
        this(url, TIMEOUT);
    }

    /**
     * @param timeout for the whole fetch, up to the last byte
     */
    HttpKeySource(URI url, Duration timeout) {
        this.url = url;
        this.timeout = timeout;
    }

    @Override
    public String fetch() throws IOException {
        HttpRequest request = HttpRequest.newBuilder(url)
                .header("Accept", "application/jwk-set+json, application/json")
                .build();
        var body = new ByteArrayOutputStream();
        CompletableFuture<HttpResponse<Void>> response = client.sendAsync(
                request,
                BodyHandlers.ofByteArrayConsumer(part -> part.ifPresent(
                        bytes -> body.write(bytes, 0, Math.min(bytes.length, MAX_BYTES - body.size())))));
        try {
            // The request's own timeout would end with the head of the response.
            int status = response.get(timeout.toNanos(), TimeUnit.NANOSECONDS).statusCode();
            if (status != 200 || body.size() == MAX_BYTES) {
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
            response.cancel(true);
        }
    }
}
