package io.taskstream.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskstream.it.server.Proxy;
import io.taskstream.it.server.TestCertificate;
import io.taskstream.it.wire.CuttingProxy;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Streams over HTTP/2, as browsers watch through a proxy that ends TLS: many of them over one connection. */
@Tag("once")
class Http2IT extends OnServer {

    private static final int STREAMS = 20;
    private static final int EVENTS = 21;

    private final Api direct = Api.underTest();
    private final String task = direct.createTask();

    @TempDir
    private Path directory;

    @Test
    void twentyStreamsShareOneConnectionAndGetEventsAtOnce() throws Exception {
        TestCertificate certificate = TestCertificate.in(directory);
        HttpClient client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_2)
                .sslContext(certificate.trust())
                .build();
        List<CountingViewer> viewers = new ArrayList<>();
        try (var nginx = Proxy.startNginxWithHttp2(direct.at(""), certificate);
                var way = new CuttingProxy(nginx.url())) {
            URI server = URI.create("https://" + way.url().getAuthority());
            assertThat(client.send(HttpRequest.newBuilder(server.resolve("/")).build(), BodyHandlers.ofString())
                            .version())
                    .isEqualTo(HttpClient.Version.HTTP_2);
            for (int i = 0; i < STREAMS; i++) {
                viewers.add(new CountingViewer(client, server.resolve("/tasks/" + task + "/stream")));
            }
            List<Long> millis = new ArrayList<>();
            for (int event = 1; event <= EVENTS; event++) {
                long sent = System.nanoTime();
                direct.publish(task, "1");
                for (CountingViewer viewer : viewers) {
                    viewer.awaitEvent(event, Duration.ofSeconds(10));
                }
                millis.add(Duration.ofNanos(System.nanoTime() - sent).toMillis());
            }
            millis.sort(null);
            System.out.printf(
                    "HTTP/2: an event is at %d viewers after %d ms (median), %d ms at most%n",
                    STREAMS, millis.get(EVENTS / 2), millis.get(EVENTS - 1));
            assertThat(millis.get(EVENTS / 2)).as("median").isLessThan(200);
            assertThat(viewers).allMatch(viewer -> viewer.problem().isEmpty());
            assertThat(way.accepted()).as("connections").isEqualTo(1);
        } finally {
            viewers.forEach(CountingViewer::close);
        }
    }
}
