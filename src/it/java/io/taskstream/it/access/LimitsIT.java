package io.taskstream.it.access;

import static io.taskstream.it.access.GuardedServer.bearer;
import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;

import io.taskstream.it.Api;
import io.taskstream.it.server.Await;
import io.taskstream.it.wire.RawConnection;
import io.taskstream.it.wire.RawPublisher;
import io.taskstream.it.wire.RawViewer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/** The answers at each limit, and the heap when limits are reached. */
@Tag("own")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class LimitsIT {

    private static final Duration SOON = Duration.ofSeconds(20);
    private static final List<String> ALL = List.of("*");

    private static final int VIEWERS = 600;
    private static final int VIEWERS_OF_TASK = 400;
    private static final int MAX_BYTES = 262_144;
    private static final int RATE = 20;
    private static final int SLOW_CLIENTS = 300;
    private static final int HALF_LINES = 600;
    private static final int RECEIVING_BYTES = 32 << 20;
    private static final int LINE_SECONDS = 20;

    /** The longest that either server waits for the rest of a head, with a margin. */
    private static final Duration HEAD = Duration.ofSeconds(90);

    /** Payara queues more of a large event for a stalled viewer than WildFly does, but within a bound. */
    private static final long HEAP = System.getProperty("it.server").equals("payara") ? 150 << 20 : 100 << 20;

    private static GuardedServer guarded;
    private static URI server;
    private static String admin;

    @BeforeAll
    static void start() {
        guarded = new GuardedServer(
                "limits",
                "512m",
                Map.ofEntries(
                        entry("taskstream.limit.viewers", Integer.toString(VIEWERS)),
                        entry("taskstream.limit.query-bytes", "4096"),
                        entry("taskstream.limit.viewers-per-task", Integer.toString(VIEWERS_OF_TASK)),
                        entry("taskstream.limit.viewers-per-subject", "3"),
                        entry("taskstream.limit.open-tasks-per-subject", "3"),
                        entry("taskstream.limit.events-per-second-per-producer", Integer.toString(RATE)),
                        entry("taskstream.limit.json-depth", "8"),
                        entry("taskstream.limit.json-members", "8"),
                        entry("taskstream.publish.max-bytes", Integer.toString(MAX_BYTES)),
                        entry("taskstream.publish.receiving-bytes", Integer.toString(RECEIVING_BYTES)),
                        entry("taskstream.publish.line-seconds", Integer.toString(LINE_SECONDS))));
        server = guarded.api().at("");
        admin = token("admin");
    }

    @AfterAll
    static void stop() {
        guarded.close();
    }

    /** A token with all permissions, for that subject, whose limits it uses. */
    private static String token(String subject) {
        return guarded.issuer().sign(Issuer.claims(subject, ALL, ALL, true));
    }

    @Test
    void aSubjectHasSoManyStreamsAndASecondChanceWhenOneHasEnded() {
        String task = guarded.createTask(token("maker-1"));
        String viewer = token("viewer-1");
        List<RawViewer> streams = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            streams.add(RawViewer.open(server, "/tasks/" + task + "/stream?heartbeat=1", bearer(viewer)));
            assertThat(streams.get(i).head().code()).isEqualTo(200);
        }
        HttpResponse<String> refused = guarded.api().get("/tasks/" + task + "/stream", bearer(viewer));
        assertIsLimit(refused);
        streams.get(0).reset();
        Await.until("the place is free", SOON, () -> streamStatus(task, viewer) == 200);
        streams.forEach(RawViewer::close);
    }

    @Test
    void aStreamOfSeveralTasksIsOneOfItsSubject() {
        String maker = token("maker-3");
        String tasks = "/stream?heartbeat=1&task=" + guarded.createTask(maker) + "&task=" + guarded.createTask(maker);
        String viewer = token("viewer-3");
        List<RawViewer> streams = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            streams.add(RawViewer.open(server, tasks, bearer(viewer)));
            assertThat(streams.get(i).head().code()).isEqualTo(200);
        }
        assertIsLimit(guarded.api().get(tasks, bearer(viewer)));
        streams.get(0).reset();
        Await.until(
                "the place is free", SOON, () -> Statuses.of(server, "GET", tasks, null, "", bearer(viewer)) == 200);
        streams.forEach(RawViewer::close);
    }

    @Test
    void aSubjectHasSoManyOpenTasks() {
        String maker = token("maker-2");
        String first = guarded.createTask(maker);
        guarded.createTask(maker);
        guarded.createTask(maker);
        assertIsLimit(guarded.api().send("POST", "/tasks", null, "", bearer(maker)));
        guarded.publish(maker, first, "{\"type\":\"done\"}");
        Await.until(
                "another may be made",
                SOON,
                () -> guarded.api()
                                .send("POST", "/tasks", null, "", bearer(maker))
                                .statusCode()
                        == 201);
    }

    @Test
    void singlePostsBeyondTheRateAreAnsweredAndLinesAreReadMoreSlowly() throws IOException {
        String producer = token("producer-1");
        String task = guarded.createTask(producer);
        guarded.publish(producer, task, "[" + "1,".repeat(3 * RATE - 1) + "1]");
        assertIsLimit(
                guarded.api().send("POST", "/tasks/" + task + "/events", "application/json", "1", bearer(producer)));

        String streaming = token("producer-2");
        long began = System.nanoTime();
        try (var lines = new RawPublisher(server, task, "text/plain", bearer(streaming))) {
            for (int i = 0; i < 5 * RATE; i++) {
                lines.send("line " + i + "\n");
            }
            assertThat(lines.end()).contains(" 200").contains("\"count\":" + 5 * RATE);
        }
        double seconds = (System.nanoTime() - began) / 1e9;
        assertThat(seconds)
                .as("seconds for %d lines at %d a second, of which a second's worth may come at once", 5 * RATE, RATE)
                .isGreaterThan(3);
    }

    @Test
    void heavyInputIsRefusedWithWhatIsWrong() {
        String producer = token("producer-3");
        String task = guarded.createTask(producer);
        assertThat(publish(producer, task, "[".repeat(20) + "]".repeat(20))).isEqualTo(400);
        assertThat(publish(producer, task, "{" + "\"a\":1,".repeat(20) + "\"b\":1}"))
                .isEqualTo(400);
        assertThat(publish(producer, task, tooLarge())).isEqualTo(413);
        assertThat(guarded.api()
                        .get("/tasks?label=" + "x".repeat(5_000), bearer(producer))
                        .statusCode())
                .isEqualTo(414);
        assertThat(Api.json(guarded.api().get("/tasks/" + task, bearer(producer)))
                        .getInt("events"))
                .isZero();
    }

    @Test
    void theHeapStaysBoundedWithTheLimitsReachedAndOthersAreServed() throws IOException {
        String maker = token("maker-4");
        String first = guarded.createTask(maker);
        String second = guarded.createTask(maker);
        long before = guarded.server().liveHeap();
        List<AutoCloseable> open = new ArrayList<>();
        try {
            for (int i = 0; i < VIEWERS_OF_TASK; i++) {
                open.add(admitted(first, token("v" + i)));
            }
            assertThat(streamStatus(first, token("late"))).isEqualTo(429);
            for (int i = VIEWERS_OF_TASK; i < VIEWERS; i++) {
                open.add(admitted(second, token("v" + i)));
            }
            HttpResponse<String> full = guarded.api().get("/tasks/" + second + "/stream", bearer(token("late")));
            assertThat(full.statusCode()).isEqualTo(503);
            assertThat(full.headers().allValues("Retry-After")).hasSize(1);

            for (int i = 0; i < SLOW_CLIENTS; i++) {
                open.add(halfAHead());
                open.add(halfABody(first, token("slow" + i)));
            }
            for (int i = 0; i < 40; i++) {
                guarded.publish(token("p" + i), first, "\"" + "x".repeat(MAX_BYTES / 2) + "\"");
            }
            long grown = guarded.server().liveHeap() - before;
            System.out.printf(
                    "At the limits on %s: %d viewers that read nothing, %d half requests: live heap %,d bytes more%n",
                    System.getProperty("it.server"), VIEWERS, 2 * SLOW_CLIENTS, grown);
            assertThat(grown).as("bytes of live heap").isLessThan(HEAP);

            String task = guarded.createTask(token("maker-5"));
            long began = System.nanoTime();
            guarded.publish(token("p"), task, "1");
            assertThat(guarded.api().get("/tasks/" + task, bearer(admin)).statusCode())
                    .isEqualTo(200);
            assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(10));
        } finally {
            for (AutoCloseable each : open) {
                closeQuietly(each);
            }
        }
    }

    /** Runs last: lines that waited for memory use it again, and are cut off after their producers have disconnected. */
    @Test
    @Order(Integer.MAX_VALUE)
    void halfLinesFillNoHeapAndAreCutOff() throws IOException {
        String maker = token("maker-6");
        String task = guarded.createTask(maker);
        long before = guarded.server().liveHeap();
        List<RawPublisher> halves = new ArrayList<>();
        try {
            String half = "x".repeat(MAX_BYTES - 1);
            for (int i = 0; i < HALF_LINES; i++) {
                var lines = new RawPublisher(server, task, "application/x-ndjson", bearer(token("half" + i)));
                halves.add(lines);
                lines.send(half);
            }
            long grown = guarded.server().liveHeap() - before;
            System.out.printf(
                    "On %s: %d half lines of %,d bytes, with room for %,d: live heap %,d bytes more%n",
                    System.getProperty("it.server"), HALF_LINES, MAX_BYTES - 1, RECEIVING_BYTES, grown);
            // The server's own buffers are not counted, nor copies while arrays grow.
            assertThat(grown).as("bytes of live heap").isLessThan(HEAP);

            guarded.publish(maker, task, "1");
            assertThat(halves.get(0).answer()).contains(" 408").contains("did not end in time");
            try (var late = new RawPublisher(server, task, "text/plain", bearer(maker))) {
                late.send("a line\n");
                Await.until(
                        "there is room again",
                        SOON.plusSeconds(LINE_SECONDS),
                        () -> Api.json(guarded.api().get("/tasks/" + task, bearer(maker)))
                                        .getInt("events")
                                == 2);
                assertThat(late.end()).contains(" 200");
            }
        } finally {
            halves.forEach(RawPublisher::close);
        }
        // Lines that waited for memory are read, and cut off, after their producers have disconnected.
        Await.until(
                "there is room for the largest body again",
                SOON.plusSeconds(2L * LINE_SECONDS),
                () -> publish(maker, task, largest()) == 200);
    }

    @Test
    void halfAHeadIsCutOff() {
        long began = System.nanoTime();
        RawConnection.exchange(server, "GET /tasks HTTP/1.1\r\nHost: te".getBytes(StandardCharsets.US_ASCII));
        Duration after = Duration.ofNanos(System.nanoTime() - began);
        System.out.printf(
                "Half a head on %s is cut off after %d s%n", System.getProperty("it.server"), after.toSeconds());
        assertThat(after).isLessThan(HEAD);
    }

    /** A stalled viewer; it is admitted once the viewers of earlier tests are known to be disconnected. */
    private static RawViewer admitted(String task, String token) {
        List<RawViewer> viewer = new ArrayList<>();
        Await.until("a viewer is let in", SOON, () -> {
            viewer.forEach(RawViewer::close);
            viewer.clear();
            viewer.add(RawViewer.openPaused(server, "/tasks/" + task + "/stream", 4096, bearer(token)));
            return viewer.get(0).head().code() == 200;
        });
        return viewer.get(0);
    }

    private static RawConnection halfAHead() {
        var connection = new RawConnection(server, 0);
        connection.send("GET /tasks HTTP/1.1\r\nHost: te");
        return connection;
    }

    private static RawConnection halfABody(String task, String token) {
        var connection = new RawConnection(server, 0);
        connection.send("POST /tasks/" + task + "/events HTTP/1.1\r\nHost: test\r\nContent-Type: application/json\r\n"
                + "Authorization: Bearer " + token + "\r\nContent-Length: 1000\r\n\r\n[1,");
        return connection;
    }

    private static String largest() {
        return "\"" + "x".repeat(MAX_BYTES - 2) + "\"";
    }

    private static String tooLarge() {
        return "\"" + "x".repeat(MAX_BYTES) + "\"";
    }

    private static void closeQuietly(AutoCloseable each) {
        try {
            each.close();
        } catch (Exception e) {
            // Not the client's memory, but the server's, is tested.
        }
    }

    private static int publish(String token, String task, String json) {
        return guarded.api()
                .send("POST", "/tasks/" + task + "/events", "application/json", json, bearer(token))
                .statusCode();
    }

    private static int streamStatus(String task, String token) {
        // The next heartbeat reveals disconnected viewers.
        return Statuses.of(server, "GET", "/tasks/" + task + "/stream?heartbeat=1", null, "", bearer(token));
    }

    private static void assertIsLimit(HttpResponse<String> answer) {
        assertThat(answer.statusCode()).isEqualTo(429);
        assertThat(answer.headers().allValues("Retry-After")).hasSize(1);
        assertThat(answer.headers().firstValue("Content-Type")).contains("application/problem+json");
    }
}
