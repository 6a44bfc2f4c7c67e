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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Streams over HTTP/2, as browsers watch through a proxy that ends TLS: many of them over one connection. */
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
        List<CountingViewer> unproxied = new ArrayList<>();
        try (var nginx = Proxy.startNginxWithHttp2(direct.at(""), certificate);
                var way = new CuttingProxy(nginx.url())) {
            URI server = URI.create("https://" + way.url().getAuthority());
            assertThat(client.send(HttpRequest.newBuilder(server.resolve("/")).build(), BodyHandlers.ofString())
                            .version())
                    .isEqualTo(HttpClient.Version.HTTP_2);
            for (int i = 0; i < STREAMS; i++) {
                viewers.add(new CountingViewer(client, server.resolve("/tasks/" + task + "/stream")));
            }
            HttpClient plain =
                    HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
            for (int i = 0; i < STREAMS; i++) {
                unproxied.add(new CountingViewer(plain, direct.at("/tasks/" + task + "/stream")));
            }
            var latency = new Latency();
            for (int event = 1; event <= EVENTS; event++) {
                long sent = System.nanoTime();
                direct.publish(task, "1");
                long toAllWithout = awaitEvent(event, unproxied) - sent;
                latency.add(toAllWithout, awaitEvent(event, viewers) - sent);
            }
            latency.assertComesAtOnce(STREAMS + " viewers behind nginx with HTTP/2");
            assertThat(viewers).allMatch(viewer -> viewer.problem().isEmpty());
            assertThat(way.accepted()).as("connections").isEqualTo(1);
        } finally {
            viewers.forEach(CountingViewer::close);
            unproxied.forEach(CountingViewer::close);
        }
    }

    /** Returns when all of them got it. */
    private static long awaitEvent(int event, List<CountingViewer> viewers) {
        for (CountingViewer viewer : viewers) {
            viewer.awaitEvent(event, Duration.ofSeconds(10));
        }
        return System.nanoTime();
    }
}
