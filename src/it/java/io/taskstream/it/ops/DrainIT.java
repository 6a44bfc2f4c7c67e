package io.taskstream.it.ops;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskstream.it.Api;
import io.taskstream.it.server.Await;
import io.taskstream.it.server.Server;
import io.taskstream.it.server.ServerOptions;
import io.taskstream.it.wire.Crowd;
import io.taskstream.it.wire.RawConnection;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/** A server is stopped under two thousand viewers: it disconnects them in turn, and none misses an event. */
@Tag("own")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class DrainIT {

    private static final int VIEWERS = 2_000;
    private static final int FEW = 100;

    /** {@code -Ddrain.undeploy.viewers=2000} has as many on undeploy as on a restart. */
    private static final int ON_UNDEPLOY = Integer.getInteger("drain.undeploy.viewers", FEW);

    private static final Duration WINDOW = Duration.ofSeconds(8);

    /** Viewers are disconnected over the window, and get reconnection times over twice the window. */
    private static final int SPREAD_SECONDS = 2 * (int) WINDOW.toSeconds();

    /**
     * How many times the even rate of reconnections a second may have: a viewer that finds the
     * server still down tries again, together with others that try for the first time.
     */
    private static final int BUNCHING = 4;

    private static final Duration PATIENCE = Duration.ofSeconds(90);

    private static Server server;
    private static Api api;

    @BeforeAll
    static void start() {
        String name = System.getProperty("it.server");
        server = Server.create(
                name,
                ServerOptions.in(Path.of("target", "it", name + "-drain"))
                        .with("taskstream.server.configured", "true")
                        .with("taskstream.drain.seconds", Long.toString(WINDOW.toSeconds())));
        server.start();
        api = new Api(server.url());
        deploy();
    }

    private static void deploy() {
        server.deploy(Path.of(System.getProperty("it.war")));
        // Payara may answer 404 slightly longer.
        Await.until("it answers", PATIENCE, () -> api.get("/tasks").statusCode() == 200);
    }

    @AfterAll
    static void end() {
        server.close();
    }

    @Test
    @Order(1)
    void aRestartLosesNoEventAndTheViewersComeBackOneByOne() {
        String task = api.createTask();
        long published = publish(task, 0, 20);
        try (var crowd = new Crowd(server.url(), "/tasks/" + task + "/stream", VIEWERS)) {
            Await.until("all watch", PATIENCE, () -> crowd.watching() == VIEWERS && crowd.reached(20) == VIEWERS);
            crowd.takeReturns();
            crowd.takeAttempts();

            long stopping = System.nanoTime();
            CompletableFuture<Void> stop = CompletableFuture.runAsync(server::stop);
            while (crowd.watching() > VIEWERS / 2) {
                published = publishUnlessStopped(task, published);
            }
            stop.join();
            System.out.printf("%s: stopped after %.1f s%n", name(), (System.nanoTime() - stopping) / 1e9);
            assertThat(crowd.problems()).isEmpty();
            server.start();
            // Payara answers 404 until it has loaded the application.
            Await.until("it answers", PATIENCE, () -> api.get("/tasks").statusCode() == 200);
            System.out.printf("%s: started after %.1f s%n", name(), (System.nanoTime() - stopping) / 1e9);

            long kept = sequence(api.task(task).getString("lastEventId"));
            assertThat(kept).as("the last event that is kept").isGreaterThanOrEqualTo(published);
            long last = publish(task, kept, 20);
            Await.until("all are back", PATIENCE, () -> crowd.watching() == VIEWERS && crowd.reached(last) == VIEWERS);

            assertThat(crowd.problems()).isEmpty();
            assertThat(crowd.resets()).isZero();
            checkSpread(crowd, VIEWERS, stopping, "restart");
        }
    }

    /**
     * Prints when viewers reconnected, and fails if too many of them tried in the same second.
     *
     * @param origin when the drain began, in {@link System#nanoTime()}
     */
    private static void checkSpread(Crowd crowd, int viewers, long origin, String cause) {
        var attempts = new Seconds(crowd.takeAttempts(), origin);
        var returns = new Seconds(crowd.takeReturns(), origin);
        String title = name() + ", " + cause + ", %d viewers: %s, by seconds after it began";
        System.out.println(attempts.histogram(title.formatted(viewers, "attempts to come back")));
        System.out.println(returns.histogram(title.formatted(viewers, "streams opened again")));
        assertThat(attempts.most())
                .as("attempts in one second")
                .isLessThanOrEqualTo(BUNCHING * viewers / SPREAD_SECONDS);
        assertThat(attempts.length()).as("seconds with attempts").isGreaterThanOrEqualTo(SPREAD_SECONDS);
    }

    private static String name() {
        return System.getProperty("it.server");
    }

    private static long sequence(String eventId) {
        return Long.parseLong(eventId.substring(eventId.indexOf('-') + 1));
    }

    private static long publish(String task, long before, int count) {
        for (int i = 1; i <= count; i++) {
            api.publish(task, Long.toString(before + i));
        }
        return before + count;
    }

    private static long publishUnlessStopped(String task, long before) {
        Await.sleep(Duration.ofMillis(50));
        try {
            HttpResponse<String> answer =
                    api.post("/tasks/" + task + "/events", "application/json", Long.toString(before + 1));
            return answer.statusCode() == 200 ? before + 1 : before;
        } catch (AssertionError e) {
            return before;
        }
    }

    @Test
    @Order(2)
    void onDemandItSendsViewersAwayRefusesNewOnesAndGoesDown() {
        String task = api.createTask();
        publish(task, 0, 3);
        try (var crowd = new Crowd(server.url(), "/tasks/" + task + "/stream", FEW)) {
            Await.until("all watch", PATIENCE, () -> crowd.watching() == FEW);
            assertThat(api.get("/health/ready").statusCode()).isEqualTo(200);
            HttpResponse<String> begun = api.post("/admin/drain", "application/json", "");
            assertThat(begun.statusCode()).isEqualTo(202);

            HttpResponse<String> refused = api.get("/tasks/" + task + "/stream");
            assertThat(refused.statusCode()).isEqualTo(503);
            assertThat(Long.parseLong(
                            refused.headers().firstValue("Retry-After").orElseThrow()))
                    .isBetween(1L, WINDOW.toSeconds() + 1);
            assertThat(api.get("/health/ready").statusCode()).isEqualTo(503);
            assertThat(api.publish(task, "4")).endsWith("-4");

            Await.until("all have left", WINDOW.plusSeconds(2), () -> crowd.watching() == 0);
            assertThat(crowd.problems()).isEmpty();
            Await.until(
                    "it is drained",
                    WINDOW.plusSeconds(2),
                    () -> Api.json(api.get("/admin/drain")).getString("state").equals("drained"));
            assertThat(api.get("/health/live").statusCode()).isEqualTo(200);
            assertThat(api.post("/tasks/" + task + "/events", "application/json", "5")
                            .statusCode())
                    .isEqualTo(503);
        }
    }

    /** Redeploys, as for a new version of the application; the server goes on. */
    @Test
    @Order(3)
    void onUndeployItSendsViewersAwayAndANewDeploymentHasThemBackWithoutLoss() {
        server.undeploy("taskstream");
        deploy();
        String task = api.createTask();
        publish(task, 0, 3);
        try (var crowd = new Crowd(server.url(), "/tasks/" + task + "/stream", ON_UNDEPLOY)) {
            Await.until(
                    "all watch", PATIENCE, () -> crowd.watching() == ON_UNDEPLOY && crowd.reached(3) == ON_UNDEPLOY);

            crowd.takeReturns();
            crowd.takeAttempts();
            long undeploying = System.nanoTime();
            CompletableFuture<Void> undeploy = CompletableFuture.runAsync(() -> server.undeploy("taskstream"));
            Await.until("half have left", PATIENCE, () -> crowd.watching() <= ON_UNDEPLOY / 2);
            assertThat(crowd.watching()).as("those who still watch").isPositive();
            undeploy.join();
            assertThat(Duration.ofNanos(System.nanoTime() - undeploying))
                    .as("the time that undeploying took")
                    .isGreaterThan(WINDOW.minusSeconds(1));
            assertThat(crowd.watching()).isZero();

            deploy();
            publish(task, 3, 2);
            Await.until(
                    "all are back", PATIENCE, () -> crowd.watching() == ON_UNDEPLOY && crowd.reached(5) == ON_UNDEPLOY);
            assertThat(crowd.problems()).isEmpty();
            assertThat(crowd.resets()).isZero();
            checkSpread(crowd, ON_UNDEPLOY, undeploying, "undeploy");
        }
    }

    /** Else they stay open for ever, with the classes of the application that is gone. */
    @Test
    @Order(4)
    void onUndeployItAnswersProducersThatAreSilent() throws IOException {
        String task = api.createTask();
        String path = "/tasks/" + task;
        assertThat(api.send("PUT", path + "/uploads/build", "text/plain", "").statusCode())
                .isEqualTo(201);
        try (var lines = new RawConnection(server.url(), 0);
                var upload = new RawConnection(server.url(), 0);
                var json = new RawConnection(server.url(), 0)) {
            String chunked = "Host: test\r\nTransfer-Encoding: chunked\r\n";
            lines.send("POST " + path + "/events HTTP/1.1\r\n" + chunked
                    + "Content-Type: application/x-ndjson\r\n\r\n2\r\n1\n\r\n");
            upload.send("PATCH " + path + "/uploads/build HTTP/1.1\r\n" + chunked
                    + "Content-Type: application/partial-upload\r\nUpload-Offset: 0\r\nUpload-Complete: ?0\r\n\r\n"
                    + "4\r\none\n\r\n");
            json.send("POST " + path + "/events HTTP/1.1\r\n" + chunked
                    + "Content-Type: application/json\r\n\r\n1\r\n[\r\n");
            Await.until("both publish", PATIENCE, () -> api.task(task).getInt("events") == 2);

            server.undeploy("taskstream");
            long undeployed = System.nanoTime();
            RawConnection.Head ofLines = readStopping(lines);
            assertThat(lines.readBody(ofLines)).contains("\"count\":1,");
            RawConnection.Head ofUpload = readStopping(upload);
            assertThat(ofUpload.fields()).containsEntry("upload-offset", "4");
            RawConnection.Head ofJson = readStopping(json);
            upload.readBody(ofUpload);
            json.readBody(ofJson);
            System.out.printf(
                    "%s: producers were sent away %.1f s after%n", name(), (System.nanoTime() - undeployed) / 1e9);
        }
    }

    private static RawConnection.Head readStopping(RawConnection connection) throws IOException {
        RawConnection.Head answer = connection.readHead();
        assertThat(answer.code()).isEqualTo(503);
        assertThat(answer.fields()).containsKey("retry-after").containsEntry("connection", "close");
        return answer;
    }
}
