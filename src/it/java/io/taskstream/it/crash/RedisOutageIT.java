package io.taskstream.it.crash;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskstream.it.Api;
import io.taskstream.it.MainlyOn;
import io.taskstream.it.server.Await;
import io.taskstream.it.server.Server;
import io.taskstream.it.server.ServerOptions;
import io.taskstream.it.wire.Calls;
import io.taskstream.it.wire.RawViewer;
import io.taskstream.it.wire.RawViewer.Frame;
import io.taskstream.testing.RedisServer;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What clients and an operator see when Redis is down, hangs, is full, or has lost its data. */
@Tag("own")
@MainlyOn("payara")
class RedisOutageIT {

    private static final String NAME = System.getProperty("it.server");
    private static final Duration SOON = Duration.ofSeconds(30);
    private static final String HEARTBEAT = ": heartbeat\n";
    private static final String REFUSED = "\"refused\"";
    private static final String DONE = "{\"type\":\"done\"}";

    private static RedisServer redis;
    private static Server server;
    private static Api api;

    @BeforeAll
    static void start() {
        redis = new RedisServer("--appendonly", "yes");
        server = Server.create(
                NAME,
                ServerOptions.in(Path.of("target", "it", NAME + "-redis"))
                        .with("taskstream.log.engine", "redis")
                        .with("taskstream.redis.url", redis.uri())
                        .with("taskstream.redis.command-millis", "1000")
                        .with("taskstream.redis.append-millis", "1000")
                        .with("taskstream.redis.reread-millis", "500")
                        .with("taskstream.heartbeat.seconds", "1"));
        server.start();
        server.deploy(Path.of(System.getProperty("it.war")));
        api = new Api(server.url());
        new Calls(server.url()).awaitApplication();
    }

    @AfterAll
    static void stop() {
        server.close();
        redis.close();
    }

    @Test
    void aRedisThatIsAwayAndComesBackLosesNothing() {
        assertSatOut(redis::kill, redis::start);
    }

    @Test
    void aRedisThatHangsAndComesBackLosesNothing() {
        assertSatOut(() -> redis.signal("STOP"), () -> redis.signal("CONT"));
    }

    private static void assertSatOut(Runnable outage, Runnable end) {
        String task = api.createTask();
        try (var viewer = watch(task)) {
            api.publish(task, "[1, 2]");
            outage.run();
            assertRefused(publish(task, REFUSED));
            assertRefused(api.send("PUT", "/tasks/another", null, ""));
            assertRefused(api.get("/tasks/" + task));
            Await.until("nobody new is sent here", SOON, () -> readiness() == 503);
            assertHeartbeats(viewer);
            end.run();
            Await.until("publishing works again", SOON, () -> publish(task, "3").statusCode() == 200);
            Await.until("all are sent here again", SOON, () -> readiness() == 200);
            api.publish(task, DONE);
            assertThat(data(viewer)).containsExactly("1", "2", "3", DONE);
        }
    }

    @Test
    void aFullRedisServesWhatItHasAndWhenThereIsRoomAllGoesOn() {
        String task = api.createTask();
        try (var viewer = watch(task)) {
            api.publish(task, "[1, 2]");
            redis.cli("config", "set", "maxmemory", "1");
            assertRefused(publish(task, REFUSED));
            assertRefused(api.send("PUT", "/tasks/another", null, ""));
            assertHeartbeats(viewer);
            assertThat(api.task(task).getInt("events")).isEqualTo(2);
            assertThat(Api.json(api.get("/tasks/" + task + "/events")).getJsonArray("events"))
                    .hasSize(2);
            redis.cli("config", "set", "maxmemory", "0");
            assertThat(publish(task, "3").statusCode()).isEqualTo(200);
            api.publish(task, DONE);
            assertThat(data(viewer)).containsExactly("1", "2", "3", DONE);
        }
    }

    @Test
    void aRedisThatHasLostItsMemoryIsToldAsAReset() {
        String task = api.createTask();
        String lost = api.publish(task, "[1, 2]");
        try (var viewer = watch(task)) {
            // Else they are lost before the viewer gets them.
            Await.until("the viewer has both", SOON, () -> viewer.body().contains("data: 2\n"));
            redis.kill();
            redis.startEmpty();
            assertThat(data(viewer)).containsExactly("1", "2");
        }
        Await.until(
                "the task is known to be gone",
                SOON,
                () -> api.get("/tasks/" + task).statusCode() == 404);
        assertThat(api.send("PUT", "/tasks/" + task, null, "").statusCode()).isEqualTo(201);
        String first = api.publish(task, "3");
        api.publish(task, DONE);
        try (var viewer = watch(task, "Last-Event-ID", lost)) {
            List<String> frames = viewer.rest(SOON).stream().map(Frame::text).toList();
            assertThat(frames.get(1))
                    .isEqualTo("event: gap\ndata: {\"reason\":\"reset\",\"from\":\"%s\",\"to\":\"%s\"}\n"
                            .formatted(lost, first));
            assertThat(frames.get(2)).isEqualTo("id: " + first + "\ndata: 3\n");
            assertThat(frames.get(3)).endsWith("data: " + DONE + "\n");
        }
    }

    private static RawViewer watch(String task, String... headers) {
        return RawViewer.open(server.url(), "/tasks/" + task + "/stream", headers);
    }

    /** May be called again with the same event, which is then published once. */
    private static HttpResponse<String> publish(String task, String event) {
        return api.post("/tasks/" + task + "/events", "application/json", event, "Idempotency-Key", event);
    }

    private static int readiness() {
        return api.get("/health/ready").statusCode();
    }

    private static void assertRefused(HttpResponse<String> answer) {
        assertThat(answer.statusCode()).isEqualTo(503);
        assertThat(answer.headers().firstValue("Content-Type").orElse("")).startsWith("application/problem+json");
        assertThat(answer.headers().firstValue("Retry-After")).isPresent();
        assertThat(Api.json(answer).getString("detail")).contains("Redis");
    }

    private static void assertHeartbeats(RawViewer viewer) {
        int before = heartbeats(viewer);
        Await.until("the viewer gets heartbeats", SOON, () -> heartbeats(viewer) >= before + 2);
    }

    private static int heartbeats(RawViewer viewer) {
        return viewer.body().split(HEARTBEAT, -1).length - 1;
    }

    /** The data of all events up to the end of the stream, except the refused one, which may or may not be kept. */
    private static List<String> data(RawViewer viewer) {
        return viewer.rest(SOON).stream()
                .map(Frame::text)
                .filter(frame -> frame.startsWith("id: "))
                .map(frame -> frame.substring(frame.indexOf("data: ") + 6).strip())
                .filter(data -> !data.equals(REFUSED))
                .toList();
    }
}
