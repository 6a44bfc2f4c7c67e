package io.taskstream.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskstream.it.server.Await;
import io.taskstream.it.server.Proxy;
import io.taskstream.it.server.ProxyProduct;
import io.taskstream.it.wire.RawConnection;
import io.taskstream.it.wire.RawPublisher;
import io.taskstream.it.wire.RawViewer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Taskstream behind each real reverse proxy, with its file of {@code server-config/proxies}. */
class ProxiesIT extends OnServer {

    private static final Duration SOON = Duration.ofSeconds(10);
    private static final int MANY = 1_000;

    /** Apache forwards a body only after this many KiB. */
    private static final int COLLECTED_BY_APACHE = 16;

    private final Api direct = Api.underTest();
    private final URI server = direct.at("");

    @ParameterizedTest
    @EnumSource
    void anEventComesAtOnceAndAClientThatLeavesIsNoticed(ProxyProduct product) {
        String task = direct.createTask();
        try (var proxy = Proxy.start(product, server);
                var unproxied = RawViewer.open(server, "/tasks/" + task + "/stream?heartbeat=1")) {
            var viewer =
                    RawViewer.open(proxy.url(), "/tasks/" + task + "/stream?heartbeat=1", "Accept-Encoding", "gzip");
            assertThat(viewer.head().fields())
                    .containsEntry("content-type", "text/event-stream")
                    .doesNotContainKey("content-encoding");
            assertThat(viewer.next()).startsWith("retry: ");
            Latency.of(direct, task, 20, unproxied, viewer).assertComesAtOnce("Behind " + product);

            viewer.reset();
            Await.until("the viewer is forgotten", SOON, () -> direct.task(task).getInt("viewers") == 1);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aPublishedLineIsVisibleWhileTheRequestGoesOn(ProxyProduct product) throws IOException {
        String task = direct.createTask();
        int before = product == ProxyProduct.APACHE ? COLLECTED_BY_APACHE : 0;
        try (var proxy = Proxy.start(product, server);
                var viewer = RawViewer.open(server, "/tasks/" + task + "/stream");
                var publisher = new RawPublisher(proxy.url(), task, "text/plain")) {
            viewer.next();
            for (int i = 1; i <= before; i++) {
                publisher.send("x".repeat(1023) + "\n");
            }
            for (int i = 1; i <= before; i++) {
                viewer.next();
            }
            for (int i = 1; i <= 3; i++) {
                publisher.send("line " + i + "\n");
                assertThat(viewer.next()).contains("\"line " + i + "\\n\"");
            }
            assertThat(publisher.end()).startsWith("HTTP/1.1 200").contains("\"count\":" + (before + 3));
        }
    }

    @ParameterizedTest
    @EnumSource
    void aLineOfAnUploadIsVisibleWhileTheRequestGoesOn(ProxyProduct product) throws IOException {
        String task = direct.createTask();
        String upload = "/tasks/" + task + "/uploads/build";
        int before = product == ProxyProduct.APACHE ? COLLECTED_BY_APACHE : 0;
        try (var proxy = Proxy.start(product, server);
                var viewer = RawViewer.open(server, "/tasks/" + task + "/stream");
                var producer = new RawConnection(proxy.url(), 0)) {
            assertThat(new Api(proxy.url())
                            .send("PUT", upload, "text/plain", "")
                            .statusCode())
                    .isEqualTo(201);
            viewer.next();
            producer.send("PATCH " + upload + " HTTP/1.1\r\nHost: test\r\nContent-Type: application/partial-upload\r\n"
                    + "Upload-Offset: 0\r\nUpload-Complete: ?1\r\nTransfer-Encoding: chunked\r\n\r\n");
            for (int i = 1; i <= before; i++) {
                producer.send("400\r\n" + "x".repeat(1023) + "\n\r\n");
            }
            for (int i = 1; i <= before; i++) {
                viewer.next();
            }
            for (int i = 1; i <= 3; i++) {
                producer.send("7\r\nline " + i + "\n\r\n");
                assertThat(viewer.next()).contains("\"line " + i + "\\n\"");
            }
            producer.send("0\r\n\r\n");
            RawConnection.Head answer = producer.readHead();
            assertThat(answer.code()).isEqualTo(204);
            assertThat(answer.fields())
                    .containsEntry("upload-offset", Integer.toString(before * 1024 + 21))
                    .containsEntry("upload-complete", "?1");
        }
    }

    @ParameterizedTest
    @EnumSource
    void thePageComesCompressedAndIsTheSame(ProxyProduct product) throws Exception {
        try (var proxy = Proxy.start(product, server)) {
            HttpResponse<byte[]> page = HttpClient.newHttpClient()
                    .send(
                            HttpRequest.newBuilder(proxy.url().resolve("/"))
                                    .header("Accept-Encoding", "gzip")
                                    .build(),
                            BodyHandlers.ofByteArray());
            assertThat(page.statusCode()).isEqualTo(200);
            assertThat(page.headers().firstValue("Content-Encoding")).contains("gzip");
            var unpacked = new GZIPInputStream(new ByteArrayInputStream(page.body()));
            assertThat(new String(unpacked.readAllBytes(), StandardCharsets.UTF_8))
                    .isEqualTo(direct.get("/").body());
        }
    }

    @ParameterizedTest
    @EnumSource
    void aThousandStreamsGoThrough(ProxyProduct product) {
        String task = direct.createTask();
        List<CountingViewer> viewers = new ArrayList<>();
        try (var proxy = Proxy.start(product, server)) {
            HttpClient client = HttpClient.newHttpClient();
            for (int i = 0; i < MANY; i++) {
                viewers.add(new CountingViewer(client, proxy.url().resolve("/tasks/" + task + "/stream")));
            }
            direct.publish(task, "[1,2,3,4,5,6,7,8,9,10]");
            for (CountingViewer viewer : viewers) {
                viewer.awaitEvent(10, Duration.ofSeconds(60));
                assertThat(viewer.problem()).isEmpty();
            }
        } finally {
            viewers.forEach(CountingViewer::close);
        }
        Await.until("all are forgotten", Duration.ofSeconds(60), () -> forgets(task));
    }

    /** A disconnected viewer is noticed at the next write to it. */
    private boolean forgets(String task) {
        direct.publish(task, "0");
        return direct.task(task).getInt("viewers") == 0;
    }
}
