package io.taskstream.it;

import io.taskstream.it.server.Await;
import io.taskstream.it.wire.EventStreamParser;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** A viewer that checks that its events come in order and without a hole, and keeps none of them. */
final class CountingViewer implements AutoCloseable {

    private final InputStream body;
    private final EventStreamParser parser = new EventStreamParser();
    private volatile long last;
    private volatile String problem = "";

    /** Watches, reading all the time. */
    CountingViewer(HttpClient client, URI stream) {
        this(client, stream, true);
    }

    /** Opens the stream and reads nothing until {@link #resume}. */
    static CountingViewer paused(HttpClient client, URI stream) {
        return new CountingViewer(client, stream, false);
    }

    private CountingViewer(HttpClient client, URI stream, boolean isReading) {
        try {
            body = client.send(HttpRequest.newBuilder(stream).build(), BodyHandlers.ofInputStream())
                    .body();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
        if (isReading) {
            resume();
        }
    }

    /** Reads from now on. */
    final void resume() {
        var reader = new Thread(this::read, "counting-viewer");
        reader.setDaemon(true);
        reader.start();
    }

    private void read() {
        try (var lines = new BufferedReader(new InputStreamReader(body, StandardCharsets.UTF_8), 1 << 16)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                EventStreamParser.Event event = parser.take(line);
                if (event != null) {
                    take(event);
                }
            }
        } catch (IOException e) {
            // Closed by the test, or by the server: what has come is counted.
        }
    }

    private void take(EventStreamParser.Event event) {
        if (!event.isMessage()) {
            problem = event.toString();
            return;
        }
        if (event.sequence() != last + 1) {
            problem = event.sequence() + " after " + last;
        }
        last = event.sequence();
    }

    /** The last violation of what must hold; empty if there is none. */
    String problem() {
        return problem;
    }

    /** The sequence of the last event that has come; 0 before the first. */
    long last() {
        return last;
    }

    /** Waits until that event has come, as long as events do come. */
    void awaitEvent(long sequence, Duration patience) {
        Await.until("event " + sequence + " has come", patience, () -> last >= sequence || !problem.isEmpty());
    }

    @Override
    public void close() {
        try {
            body.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
