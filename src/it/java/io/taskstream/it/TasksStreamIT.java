package io.taskstream.it;

import static io.taskstream.it.Api.assertProblem;
import static org.assertj.core.api.Assertions.assertThat;

import io.taskstream.it.server.Await;
import io.taskstream.it.server.ServerUnderTest;
import io.taskstream.it.wire.RawConnection;
import io.taskstream.it.wire.RawPublisher;
import io.taskstream.it.wire.RawViewer;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.io.StringReader;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Several tasks over one connection, on the wire. */
@Tag("contract")
class TasksStreamIT extends OnServer {

    private static final Duration SOON = Duration.ofSeconds(10);
    private static final String DONE = "{\"type\":\"done\"}";

    private final Api api = Api.underTest();
    private final URI server = api.at("");

    @Test
    void framesHaveTheirTaskAndAPositionFollowsEachWrite() {
        String a = api.createTask();
        String b = api.createTask();
        String first = api.publish(a, "{\"text\":\"h\u00e4\"}");
        try (RawViewer viewer = watch(query(a, b))) {
            assertThat(viewer.head().fields())
                    .containsEntry("content-type", "text/event-stream")
                    .containsEntry("cache-control", "no-cache, no-transform")
                    .containsEntry("x-accel-buffering", "no");
            assertThat(viewer.next()).startsWith("retry: ");
            assertThat(viewer.next())
                    .isEqualTo("data: {\"task\":\"" + a + "\",\"id\":\"" + first
                            + "\",\"data\":{\"text\":\"h\u00e4\"}}\n");
            String position = viewer.next();
            assertThat(position).startsWith("id: ").contains(a).contains(b).hasLineCount(1);
            assertThat(position.substring(4).strip()).matches("[A-Za-z0-9._~:,-]+");

            String second = api.publish(b, "{\n \"x\": 1\n}");
            assertThat(viewer.next())
                    .isEqualTo("data: {\"task\":\"" + b + "\",\"id\":\"" + second
                            + "\",\"data\":{\ndata:  \"x\": 1\ndata: }}\n");
            assertThat(viewer.next()).startsWith("id: ").isNotEqualTo(position);
        }
    }

    @Test
    void endsWithAllTasksAndThenIs204() {
        String a = api.createTask();
        String b = api.createTask();
        api.publish(a, DONE);
        String position;
        try (RawViewer viewer = watch(query(a, b))) {
            viewer.next();
            assertThat(viewer.next()).contains(DONE);
            assertThat(viewer.next()).startsWith("id: ");
            api.publish(b, DONE);
            assertThat(viewer.next()).contains(DONE);
            position = viewer.next().substring(4).strip();
            assertThat(viewer.rest(SOON)).isEmpty();
        }
        assertThat(api.get("/stream?" + query(a, b), "Last-Event-ID", position).statusCode())
                .isEqualTo(204);
        assertThat(api.get("/stream?" + query(a, b) + "&lastEventId=" + position)
                        .statusCode())
                .isEqualTo(204);
    }

    @Test
    void aViewerThatIsCutOffAgainAndAgainMissesNothing() throws IOException {
        List<String> tasks = List.of(api.createTask(), api.createTask(), api.createTask());
        int each = ServerUnderTest.EVENTS / 2;
        for (String task : tasks) {
            publishNumbers(task, 1, each / 2);
        }
        Set<String> got = new LinkedHashSet<>();
        List<String> repeats = new ArrayList<>();
        String position = "";
        for (int connections = 0; got.size() < tasks.size() * (each + 1); connections++) {
            if (connections == 3) {
                for (String task : tasks) {
                    publishNumbers(task, each / 2 + 1, each);
                    api.publish(task, DONE);
                }
            }
            try (RawViewer viewer = watch(query(tasks.toArray(String[]::new)), "Last-Event-ID", position)) {
                for (int i = 0; i < 40 + 60 * connections && got.size() < tasks.size() * (each + 1); i++) {
                    String frame = viewer.next();
                    if (frame.startsWith("id: ")) {
                        position = frame.substring(4).strip();
                    } else if (frame.startsWith("data: ")) {
                        JsonObject event = json(frame);
                        if (!got.add(event.getString("task") + " " + event.getString("id"))) {
                            repeats.add(event.getString("id"));
                        }
                    }
                    if (connections < 3 && got.size() == tasks.size() * (each / 2)) {
                        break;
                    }
                }
            }
        }
        assertThat(got).hasSize(tasks.size() * (each + 1));
        assertThat(repeats.size()).isLessThan(got.size() * 10);
    }

    @Test
    void theTasksOfALabelJoinAsTheyAppearAlsoWhileTheViewerIsAway() {
        String label = "run:" + UUID.randomUUID();
        String a = create(label);
        create("run:other");
        api.publish(a, "1");
        String position;
        try (RawViewer viewer = watch("label=" + label)) {
            viewer.next();
            assertThat(json(viewer.next()).getString("task")).isEqualTo(a);
            viewer.next();
            String b = create(label);
            api.publish(b, "1");
            assertThat(json(viewer.next()).getString("task")).isEqualTo(b);
            position = viewer.next().substring(4).strip();
            assertThat(position).contains(a).contains(b);
        }
        String c = create(label);
        api.publish(c, "[1,2]");
        api.publish(c, DONE);
        api.publish(a, "2");
        try (RawViewer viewer = watch("label=" + label, "Last-Event-ID", position)) {
            viewer.next();
            List<String> tasks = new ArrayList<>();
            for (int i = 0; i < 4; ) {
                String frame = viewer.next();
                if (frame.startsWith("data: ")) {
                    tasks.add(json(frame).getString("task"));
                    i++;
                }
            }
            assertThat(tasks).containsExactlyInAnyOrder(a, c, c, c);
        }
    }

    @Test
    void beginsWhereItIsAskedToAndGapsHaveTheirTask() {
        String a = api.createTask();
        String b = api.createTask();
        api.publish(a, "[1,2,3]");
        api.publish(b, "[1,2]");
        assertThat(eventsUntilPosition("&from=-1", a, b)).containsExactlyInAnyOrder(a + " 3", b + " 2");
        assertThat(eventsUntilPosition("&from=latest", a, b)).isEmpty();
        try (RawViewer viewer = watch(query(a, b), "Last-Event-ID", "garbage")) {
            viewer.next();
            assertThat(viewer.next())
                    .startsWith("event: gap\ndata: {\"task\":\"")
                    .contains("\"data\":{\"reason\":\"reset\",\"from\":\"0-0\"");
        }
    }

    @Test
    void aDeletedTaskEndsAloneAndIsNoErrorForOneWhoHasSeenIt() {
        String a = api.createTask();
        String b = api.createTask();
        api.publish(a, "1");
        String position;
        try (RawViewer viewer = watch(query(a, b) + "&heartbeat=1")) {
            viewer.next();
            viewer.next();
            position = viewer.next().substring(4).strip();
            api.send("DELETE", "/tasks/" + a, null, "");
            assertThat(viewer.next()).isEqualTo(": heartbeat\n");
            api.publish(b, "1");
            assertThat(viewer.rest(frame -> frame.startsWith("data: "), SOON)).isNotEmpty();
        }
        try (RawViewer viewer = watch(query(a, b), "Last-Event-ID", position)) {
            viewer.next();
            assertThat(json(viewer.next()).getString("task")).isEqualTo(b);
        }
        var answer = api.get("/stream?" + query(a, b));
        assertProblem(answer, 404);
        assertThat(answer.body()).contains(a);
    }

    @Test
    void isAViewerOfEachTask() {
        String a = api.createTask();
        String b = api.createTask();
        try (RawViewer viewer = watch(query(a, b) + "&heartbeat=1")) {
            viewer.next();
            assertThat(api.task(a).getInt("viewers")).isEqualTo(1);
            assertThat(api.task(b).getInt("viewers")).isEqualTo(1);
            api.publish(a, DONE);
            Await.until("the task has ended", SOON, () -> api.task(a).getInt("viewers") == 0);
            viewer.reset();
            Await.until("the viewer is forgotten", SOON, () -> api.task(b).getInt("viewers") == 0);
        }
    }

    @Test
    void aHeartbeatCanBeAnEvent() {
        try (RawViewer viewer = watch(query(api.createTask(), api.createTask()) + "&heartbeat=1&heartbeatEvent=true")) {
            viewer.next();
            viewer.next();
            assertThat(viewer.next()).isEqualTo("event: heartbeat\ndata: {}\n");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "?task=",
                "?task=a%2fb",
                "?label=x",
                "?label=",
                "?task={task}&label=a:b",
                "?task={task}&from=1",
                "?task={task}&from=x",
                "?task={task}&heartbeat=0",
                "?label=a:b&from=7"
            })
    void aWrongParameterIs400(String query) {
        assertProblem(api.get("/stream" + query.replace("{task}", api.createTask())), 400);
    }

    @Test
    void atMost32TasksAreNamed() {
        List<String> tasks =
                IntStream.range(0, 32).mapToObj(i -> api.createTask()).toList();
        String most = query(tasks.toArray(String[]::new));
        tasks.forEach(task -> api.publish(task, "1"));
        String position = "";
        Set<String> got = new LinkedHashSet<>();
        try (RawViewer viewer = watch(most)) {
            while (got.size() < 32 || position.isEmpty()) {
                String frame = viewer.next();
                position = frame.startsWith("id: ") ? frame.substring(4).strip() : "";
                if (frame.startsWith("data: ")) {
                    got.add(json(frame).getString("task"));
                }
            }
        }
        api.publish(tasks.get(31), "2");
        try (RawViewer viewer = watch(most, "Last-Event-ID", position)) {
            viewer.next();
            assertThat(json(viewer.next()).getString("id")).endsWith("-2");
        }
        assertProblem(api.get("/stream?" + most + "&task=one-more"), 400);
    }

    @Test
    void headAnswersWithoutAStream() throws IOException {
        String task = api.createTask();
        assertThat(head("?task=" + task)).isEqualTo(200);
        assertThat(head("?label=a:b")).isEqualTo(200);
        assertThat(head("?task=no-such-" + task)).isEqualTo(404);
        assertThat(head("")).isEqualTo(400);
    }

    private int head(String query) throws IOException {
        try (var connection = new RawConnection(server, 0)) {
            connection.send("HEAD " + server.getPath() + "/stream" + query
                    + " HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n");
            RawConnection.Head head = connection.readHead();
            assertThat(connection.readToEnd()).isEmpty();
            return head.code();
        }
    }

    private List<String> eventsUntilPosition(String query, String... tasks) {
        List<String> events = new ArrayList<>();
        try (RawViewer viewer = watch(query(tasks) + query)) {
            viewer.next();
            for (String frame = viewer.next(); frame.startsWith("data: "); frame = viewer.next()) {
                events.add(json(frame).getString("task") + " " + json(frame).get("data"));
            }
        }
        return events;
    }

    private String create(String label) {
        int colon = label.indexOf(':');
        var answer = api.post(
                "/tasks",
                "application/json",
                "{\"labels\":{\"" + label.substring(0, colon) + "\":\"" + label.substring(colon + 1) + "\"}}");
        assertThat(answer.statusCode()).isEqualTo(201);
        return Api.json(answer).getString("id");
    }

    private void publishNumbers(String task, int first, int last) throws IOException {
        try (var publisher = new RawPublisher(server, task, "application/x-ndjson")) {
            publisher.send(IntStream.rangeClosed(first, last)
                    .mapToObj(number -> number + "\n")
                    .collect(Collectors.joining()));
            assertThat(publisher.end()).startsWith("HTTP/1.1 200");
        }
    }

    private static String query(String... tasks) {
        return "task=" + String.join("&task=", tasks);
    }

    private RawViewer watch(String query, String... headers) {
        return RawViewer.open(server, "/stream?" + query, headers);
    }

    private static JsonObject json(String frame) {
        return Json.createReader(new StringReader(frame.substring("data: ".length())))
                .readObject();
    }
}
