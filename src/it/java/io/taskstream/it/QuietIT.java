package io.taskstream.it;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.taskstream.it.server.Await;
import io.taskstream.it.server.Proxy;
import io.taskstream.it.server.ProxyProduct;
import io.taskstream.it.server.Server;
import io.taskstream.it.server.ServerOptions;
import io.taskstream.it.wire.RawPublisher;
import io.taskstream.it.wire.RawViewer;
import io.taskstream.it.wire.RawViewer.Frame;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * Minutes of silence, at the real defaults. The scenarios take their time side by side, on a server of their own, while
 * other tests go on.
 */
@Execution(ExecutionMode.CONCURRENT)
class QuietIT {

    private static final String HEARTBEAT = ": heartbeat\n";
    private static final Duration SOON = Duration.ofSeconds(10);

    private static @Nullable CompletableFuture<Void> idle;
    private static @Nullable CompletableFuture<Void> steady;
    private static @Nullable CompletableFuture<Void> proxied;
    private static @Nullable CompletableFuture<Void> publishing;
    private static @Nullable CompletableFuture<Void> behindEach;

    private static Server own;
    private static Api api;
    private static URI server;

    @BeforeAll
    static void beginAll() {
        String name = System.getProperty("it.server");
        own = Server.create(name, ServerOptions.in(Path.of("target", "it", name + "-quiet")));
        own.start();
        own.deploy(Path.of(System.getProperty("it.war")));
        server = own.url();
        api = new Api(server);
        Await.until(
                "it answers", Duration.ofSeconds(60), () -> api.get("/tasks").statusCode() == 200);
        ExecutorService threads = Executors.newCachedThreadPool();
        idle = CompletableFuture.runAsync(QuietIT::watchASilentTask, threads);
        steady = CompletableFuture.runAsync(QuietIT::watchASteadyTask, threads);
        proxied = CompletableFuture.runAsync(QuietIT::watchThroughNginx, threads);
        publishing = CompletableFuture.runAsync(QuietIT::publishWithALongPause, threads);
        behindEach = CompletableFuture.runAsync(QuietIT::watchThroughEachProxy, threads);
        threads.shutdown();
    }

    @AfterAll
    static void endServer() {
        own.close();
    }

    @Test
    void anIdleViewerGetsHeartbeatsAfter30And60And90Seconds() {
        end(idle);
    }

    private static void watchASilentTask() {
        try (var viewer = RawViewer.open(server, "/tasks/" + api.createTask() + "/stream");
                var stalls = new Stalls()) {
            assertThat(viewer.next()).startsWith("retry: ");
            for (int due = 30; due <= 90; due += 30) {
                Frame heartbeat = viewer.next(Duration.ofSeconds(35));
                assertThat(heartbeat.text()).isEqualTo(HEARTBEAT);
                double after = (heartbeat.nanos() - viewer.opened()) / 1e9;
                assertThat(after)
                        .as("heartbeat due after %d s", due)
                        .isBetween(due - 0.1, due + 1.5 + stalls.longestSeconds());
            }
            Await.sleep(Duration.ofSeconds(5));
            assertThat(viewer.soFar()).as("more within 95 s").isEmpty();
        }
    }

    @Test
    void aViewerOfSteadyEventsGetsNoHeartbeat() {
        end(steady);
    }

    private static void watchASteadyTask() {
        String task = api.createTask();
        try (var viewer = RawViewer.open(server, "/tasks/" + task + "/stream")) {
            for (int second = 0; second < 70; second++) {
                api.publish(task, Integer.toString(second));
                Await.sleep(Duration.ofSeconds(1));
            }
            List<Frame> frames = viewer.soFar();
            assertThat(frames).extracting(Frame::text).doesNotContain(HEARTBEAT).hasSize(71);
        }
    }

    @Test
    void aSilentTaskStaysConnectedThroughNginxAndItsEventsComeAtOnce() {
        end(proxied);
    }

    private static void watchThroughNginx() {
        String task = api.createTask();
        try (var nginx = Proxy.startPlainNginx(server);
                var direct = RawViewer.open(server, "/tasks/" + task + "/stream");
                var viewer = RawViewer.open(nginx.url(), "/tasks/" + task + "/stream")) {
            assertThat(viewer.next()).startsWith("retry: ");
            for (int heartbeats = 0; heartbeats < 4; heartbeats++) {
                assertThat(viewer.next(Duration.ofSeconds(35)).text()).isEqualTo(HEARTBEAT);
            }
            Await.sleep(Duration.ofSeconds(29));
            Latency.of(api, task, 21, direct, viewer).assertComesAtOnce("Behind nginx, after 150 s");
        }
    }

    @Test
    void aProducerThatIsSilentForLongerThanTheServersTimeoutsGoesOn() {
        end(publishing);
    }

    /** The viewer asks for no heartbeat in that time, so that nothing is written to it either. */
    private static void publishWithALongPause() {
        String task = api.createTask();
        try (var publisher = new RawPublisher(server, task, "text/plain");
                var viewer = RawViewer.open(server, "/tasks/" + task + "/stream?heartbeat=300")) {
            publisher.send("before\n");
            assertThat(viewer.next()).startsWith("retry: ");
            assertThat(viewer.next()).contains("before");
            Await.sleep(Duration.ofSeconds(95));
            publisher.send("after\n");
            assertThat(viewer.next()).contains("after");
            publisher.send("and on\n");
            assertThat(viewer.next()).contains("and on");
            assertThat(publisher.end()).contains(" 200 ").contains("\"count\":3");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void noProxyCutsAStreamThatIsSilentForThreeMinutes() {
        end(behindEach);
    }

    private static void watchThroughEachProxy() {
        String task = api.createTask();
        List<Proxy> proxies = new ArrayList<>();
        try {
            Map<ProxyProduct, RawViewer> viewers = new EnumMap<>(ProxyProduct.class);
            for (ProxyProduct product : ProxyProduct.values()) {
                Proxy proxy = Proxy.start(product, server);
                proxies.add(proxy);
                viewers.put(product, RawViewer.open(proxy.url(), "/tasks/" + task + "/stream"));
            }
            Await.sleep(Duration.ofMinutes(3).plusSeconds(5));
            api.publish(task, "1");
            viewers.forEach((product, viewer) -> {
                List<String> frames = viewer.rest(frame -> frame.contains("data: 1\n"), SOON).stream()
                        .map(Frame::text)
                        .toList();
                assertThat(frames).as("frames that came through %s", product).hasSize(1 + 6 + 1);
                assertThat(frames.get(0)).startsWith("retry: ");
                assertThat(frames.subList(1, 7)).containsOnly(HEARTBEAT);
                assertThat(frames.get(7)).endsWith("data: 1\n");
                viewer.close();
            });
        } finally {
            proxies.forEach(Proxy::close);
        }
    }

    /** The failure of a scenario is its test's. */
    private static void end(@Nullable CompletableFuture<Void> scenario) {
        try {
            requireNonNull(scenario).join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof Error error) {
                throw error;
            }
            throw e;
        }
    }
}
