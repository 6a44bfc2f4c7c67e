package io.taskstream.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskstream.it.server.Server;
import io.taskstream.it.server.ServerOptions;
import io.taskstream.it.wire.RawPublisher;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * A viewer reads nothing while publishers send at full speed, and then resumes: it gets every event, and delays no other.
 * {@code -Dstopped.seconds} sets how long it stops; the long form is 60.
 */
@Tag("own")
class StoppedViewerIT {

    private static final long SECONDS = Long.getLong("stopped.seconds", 4);
    private static final int LINES_AT_ONCE = 200;
    private static final String LINES =
            "{\"type\":\"message_delta\",\"text\":\"a word or two\"}\n".repeat(LINES_AT_ONCE);
    private static final Duration PATIENCE = Duration.ofMinutes(5);

    private final String name = System.getProperty("it.server");
    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    @Test
    void getsEveryEventWhenItGoesOn() {
        var options = ServerOptions.in(Path.of("target", "it", name + "-stopped"))
                .with("taskstream.stall.seconds", "600")
                .with("taskstream.log.events", "1000000000")
                .with("taskstream.log.bytes", "100000000000")
                .with("taskstream.log.total-bytes", "100000000000");
        try (Server server = Server.create(name, options)) {
            server.start();
            server.deploy(Path.of(System.getProperty("it.war")));
            var api = new Api(server.url());
            String task = api.createTask();
            URI stream = api.at("/tasks/" + task + "/stream");
            try (var stopped = CountingViewer.paused(client, stream);
                    var reading = new CountingViewer(client, stream)) {
                long published = publishFlatOut(server.url(), task);
                api.publish(task, "{\"type\":\"done\"}");
                reading.awaitEvent(published + 1, PATIENCE);
                long begun = System.nanoTime();
                stopped.resume();
                stopped.awaitEvent(published + 1, PATIENCE);
                System.out.printf(
                        "%s: %,d events were published in %d s, %,d a second, while a viewer read nothing; it then got all"
                                + " of them in %.1f s%n",
                        name, published, SECONDS, published / SECONDS, (System.nanoTime() - begun) / 1e9);
                assertThat(reading.problem()).isEmpty();
                assertThat(stopped.problem()).isEmpty();
                assertThat(stopped.last()).isEqualTo(published + 1);
            }
        }
    }

    /** Returns the number of acknowledged events. */
    private static long publishFlatOut(URI server, String task) {
        CompletableFuture<Long> first = publish(server, task);
        CompletableFuture<Long> second = publish(server, task);
        return first.join() + second.join();
    }

    private static CompletableFuture<Long> publish(URI server, String task) {
        return CompletableFuture.supplyAsync(() -> {
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
            long count = 0;
            try (var publisher = new RawPublisher(server, task, "application/x-ndjson")) {
                while (System.nanoTime() < end) {
                    publisher.send(LINES);
                    count += LINES_AT_ONCE;
                }
                assertThat(publisher.end()).contains("\"count\":" + count + ",");
                return count;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }
}
