package io.taskstream.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskstream.it.server.Await;
import io.taskstream.it.server.ServerUnderTest;
import io.taskstream.it.wire.RawConnection;
import io.taskstream.it.wire.RawPublisher;
import io.taskstream.it.wire.RawViewer;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The stream on the wire, byte by byte. */
@Tag("contract")
class StreamIT extends OnServer {

    private static final Duration SOON = Duration.ofSeconds(10);

    /** How many events of a task the server under test keeps. */
    private static final int KEPT = ServerUnderTest.EVENTS;

    private final Api api = Api.underTest();
    private final URI server = api.at("");

    @Test
    void theHeadAndTheRetryLineComeAtOnceAndEventsFollow() {
        String task = api.createTask();
        try (var viewer = watch(task, "")) {
            assertThat(viewer.head().status()).startsWith("HTTP/1.1 200");
            assertThat(viewer.head().fields())
                    .containsEntry("content-type", "text/event-stream")
                    .containsEntry("cache-control", "no-cache, no-transform")
                    .containsEntry("x-accel-buffering", "no");
            int retry = Integer.parseInt(viewer.next().strip().replace("retry: ", ""));
            assertThat(retry).isBetween(2000, 4000);

            String epoch = epochOf(api.publish(task, "{\"type\":\"message_delta\",\"text\":\"hello\"}"));
            api.publish(task, "[\"\u00e4\\n\", 2]");
            api.publish(task, "{\"type\":\"done\"}");
            viewer.rest(SOON);

            assertThat(viewer.body())
                    .isEqualTo("retry: " + retry + "\n\n"
                            + "id: " + epoch + "-1\ndata: {\"type\":\"message_delta\",\"text\":\"hello\"}\n\n"
                            + "id: " + epoch + "-2\ndata: \"\u00e4\\n\"\n\n"
                            + "id: " + epoch + "-3\ndata: 2\n\n"
                            + "id: " + epoch + "-4\ndata: {\"type\":\"done\"}\n\n");
        }
    }

    @Test
    void dataOfSeveralLinesIsOneFieldPerLine() {
        String task = api.createTask();
        api.publish(task, "{\n  \"a\": 1,\r\n  \"b\": 2\r}");
        try (var viewer = watch(task, "")) {
            viewer.next();
            assertThat(viewer.next().lines().skip(1))
                    .containsExactly("data: {", "data:   \"a\": 1,", "data:   \"b\": 2", "data: }");
        }
    }

    @Test
    void retryDiffersFromViewerToViewer() {
        String task = api.createTask();
        List<String> retries = Stream.generate(() -> watch(task, ""))
                .limit(10)
                .map(viewer -> {
                    try (viewer) {
                        return viewer.next();
                    }
                })
                .distinct()
                .toList();
        assertThat(retries).hasSizeGreaterThan(3);
    }

    @ParameterizedTest
    @ValueSource(strings = {"application/x-ndjson", "text/plain"})
    void aLineIsVisibleWhenItHasArrivedWhileTheRequestGoesOn(String type) throws IOException {
        String task = api.createTask();
        try (var viewer = watch(task, "");
                var publisher = new RawPublisher(server, task, type)) {
            viewer.next();
            for (int i = 1; i <= 3; i++) {
                publisher.send("\"li");
                publisher.send("ne " + i + "\"\n");
                assertThat(viewer.next()).contains("-" + i + "\n").contains("line " + i);
                Await.sleep(Duration.ofMillis(700));
            }
            publisher.send("\"no end\"");
            assertThat(publisher.end()).startsWith("HTTP/1.1 200").contains("\"count\":4");
            assertThat(viewer.next()).contains("no end");
        }
    }

    @Test
    void aLineOfTextThatHasNotEndedIsVisibleAsFarAsItHasCome() throws IOException {
        String task = api.createTask();
        try (var viewer = watch(task, "");
                var publisher = new RawPublisher(server, task, "text/plain")) {
            viewer.next();
            for (String part : List.of("Tests ", ".", "\u20ac", "10%\r", "20%\r\n", "end")) {
                publisher.send(part);
                String escaped = part.replace("\r", "\\r").replace("\n", "\\n");
                assertThat(viewer.next()).contains("\"text\":\"" + escaped + "\"");
            }
            assertThat(publisher.end()).startsWith("HTTP/1.1 200").contains("\"count\":6");
        }
    }

    @Test
    void aProducerThatBreaksOffLosesNothingThatHasArrived() {
        String task = api.createTask();
        try (var viewer = watch(task, "")) {
            viewer.next();
            var publisher = new RawPublisher(server, task, "text/plain");
            publisher.send("kept\nhalf a li");
            assertThat(viewer.next()).contains("kept\\n");
            publisher.reset();
            assertThat(viewer.next()).contains("-2\n").contains("half a li");
            api.publish(task, "\"still open\"");
            assertThat(viewer.next()).contains("-3\n").contains("still open");
        }
    }

    @Test
    void resumesBehindTheLastEventIdFromHeaderAndFromQuery() {
        String task = api.createTask();
        String last = api.publish(task, "[1,2,3,4,5]");
        String second = epochOf(last) + "-2";

        assertThat(dataOf(watch(task, "", "Last-Event-ID", second), 3)).containsExactly("3", "4", "5");
        assertThat(dataOf(watch(task, "?lastEventId=" + second), 3)).containsExactly("3", "4", "5");
        assertThat(dataOf(watch(task, "?lastEventId=" + last, "Last-Event-ID", second), 3))
                .as("the header goes first")
                .containsExactly("3", "4", "5");
    }

    @Test
    void anEmptyLastEventIdIsNone() {
        String task = api.createTask();
        api.publish(task, "[1,2,3]");

        assertThat(dataOf(watch(task, "", "Last-Event-ID", ""), 3)).containsExactly("1", "2", "3");
        assertThat(dataOf(watch(task, "?lastEventId="), 3)).containsExactly("1", "2", "3");
        assertThat(dataOf(watch(task, "?lastEventId=&from=3", "Last-Event-ID", ""), 1))
                .containsExactly("3");
        String second = epochOf(api.task(task).getString("lastEventId")) + "-2";
        assertThat(dataOf(watch(task, "?lastEventId=" + second, "Last-Event-ID", ""), 1))
                .as("an empty header does not go first")
                .containsExactly("3");
    }

    @Test
    void aTaskThatWasDeletedAndCreatedAgainIsAnotherLog() {
        String task = api.createTask();
        String seen = api.publish(task, "[1,2,3]");
        assertThat(api.send("DELETE", "/tasks/" + task, null, "").statusCode()).isEqualTo(204);
        assertThat(api.send("PUT", "/tasks/" + task, null, "").statusCode()).isEqualTo(201);
        String first = api.publish(task, "\"new\"");

        assertThat(epochOf(first)).isNotEqualTo(epochOf(seen));
        try (var viewer = watch(task, "", "Last-Event-ID", seen)) {
            viewer.next();
            assertThat(viewer.next())
                    .startsWith("event: gap\ndata: {\"reason\":\"reset\",")
                    .contains("\"to\":\"" + first + "\"");
            assertThat(viewer.next()).isEqualTo("id: " + first + "\ndata: \"new\"\n");
        }
    }

    @Test
    void beginsWhereItIsAskedTo() {
        String task = api.createTask();
        api.publish(task, "[1,2,3,4,5]");

        assertThat(dataOf(watch(task, "?from=earliest"), 5)).containsExactly("1", "2", "3", "4", "5");
        assertThat(dataOf(watch(task, "?from=4"), 2)).containsExactly("4", "5");
        assertThat(dataOf(watch(task, "?from=-2"), 2)).containsExactly("4", "5");
        assertThat(dataOf(watch(task, "?from=-100"), 5)).containsExactly("1", "2", "3", "4", "5");
        try (var viewer = watch(task, "?from=latest")) {
            viewer.next();
            api.publish(task, "6");
            assertThat(viewer.next()).endsWith("data: 6\n");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "from=0",
                "from=x",
                "from=",
                "from=-",
                "from=--1",
                "from=1.5",
                "from=99999999999999999999",
                "heartbeat=0",
                "heartbeat=301",
                "heartbeat=x",
                "heartbeatEvent=yes"
            })
    void aWrongParameterIs400(String query) {
        String task = api.createTask();

        assertThat(api.get("/tasks/" + task + "/stream?" + query).statusCode()).isEqualTo(400);
    }

    @Test
    void anIdOfAnotherLogIsToldAsReset() {
        String task = api.createTask();
        String first = epochOf(api.publish(task, "[1,2]")) + "-1";
        for (String strange : List.of("aaaaaaaa-7", "garbage", first.replace("-1", "-99"))) {
            try (var viewer = watch(task, "", "Last-Event-ID", strange)) {
                viewer.next();
                String from = strange.equals("garbage") ? "0-0" : strange;
                assertThat(viewer.next())
                        .isEqualTo("event: gap\ndata: {\"reason\":\"reset\",\"from\":\"" + from + "\",\"to\":\"" + first
                                + "\"}\n");
                assertThat(viewer.next()).endsWith("data: 1\n");
            }
        }
    }

    @Test
    void whatIsNotKeptAnyMoreIsToldAsTrimmed() throws IOException {
        String task = api.createTask();
        publishNumbers(task, 1, 2 * KEPT);
        Await.until("the oldest are trimmed", SOON, () -> api.task(task).getInt("events") == KEPT);
        try (var viewer = watch(task, "?from=100")) {
            viewer.next();
            String epoch = epochOf(api.task(task).getString("lastEventId"));
            assertThat(viewer.next())
                    .isEqualTo("event: gap\ndata: {\"reason\":\"trimmed\",\"from\":\"" + epoch + "-100\",\"to\":\""
                            + epoch + "-" + KEPT + "\"}\n");
            assertThat(viewer.next()).isEqualTo("id: " + epoch + "-" + (KEPT + 1) + "\ndata: " + (KEPT + 1) + "\n");
        }
    }

    private void publishNumbers(String task, int first, int last) throws IOException {
        try (var publisher = new RawPublisher(server, task, "application/x-ndjson")) {
            publisher.send(IntStream.rangeClosed(first, last)
                    .mapToObj(number -> number + "\n")
                    .collect(Collectors.joining()));
            assertThat(publisher.end()).startsWith("HTTP/1.1 200");
        }
    }

    @Test
    void aFinishedTaskIsReplayedAndClosedAndThen204() {
        String task = api.createTask();
        api.publish(task, "1");
        String last = api.publish(task, "{\"type\":\"done\",\"status\":\"failed\"}");

        try (var viewer = watch(task, "")) {
            assertThat(viewer.rest(SOON)).hasSize(3);
        }
        assertThat(api.get("/tasks/" + task + "/stream", "Last-Event-ID", last).statusCode())
                .isEqualTo(204);
    }

    @Test
    void aDeletedTaskEndsItsStreams() {
        String task = api.createTask();
        try (var viewer = watch(task, "")) {
            viewer.next();
            api.send("DELETE", "/tasks/" + task, null, "");
            assertThat(viewer.rest(SOON)).isEmpty();
        }
    }

    @Test
    void aHeartbeatCanBeAskedForMoreOftenAndAsAnEvent() {
        String task = api.createTask();
        try (var comments = watch(task, "?heartbeat=1");
                var events = watch(task, "?heartbeat=1&heartbeatEvent=true")) {
            comments.next();
            events.next();
            assertThat(comments.next()).isEqualTo(": heartbeat\n");
            assertThat(events.next()).isEqualTo("event: heartbeat\ndata: {}\n");
            assertThat(comments.next()).isEqualTo(": heartbeat\n");
        }
    }

    @Test
    void viewersAreCountedAndForgottenWhenTheyLeave() {
        String task = api.createTask();
        var leaves = watch(task, "?heartbeat=1");
        try (var stays = watch(task, "?heartbeat=1")) {
            stays.next();
            leaves.next();
            assertThat(api.task(task).getInt("viewers")).isEqualTo(2);
            leaves.reset();
            Await.until("the viewer is forgotten", SOON, () -> api.task(task).getInt("viewers") == 1);
        }
    }

    @Test
    void headAnswersWithoutAStream() throws IOException {
        String task = api.createTask();
        try (var connection = new RawConnection(server, 0)) {
            connection.send("HEAD " + server.getPath() + "/tasks/" + task
                    + "/stream HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n");
            RawConnection.Head head = connection.readHead();
            assertThat(head.code()).isEqualTo(200);
            assertThat(head.fields()).containsEntry("content-type", "text/event-stream");
            assertThat(connection.readToEnd()).isEmpty();
        }
    }

    @Test
    void aClientThatTakesNoEventStreamIsToldSo() {
        assertThat(api.get("/tasks/" + api.createTask() + "/stream", "Accept", "application/json")
                        .statusCode())
                .isEqualTo(406);
    }

    @Test
    void aStreamGoesToAClientWhoseAcceptIsHalfReadable() throws IOException {
        String path = server.getPath() + "/tasks/" + api.createTask() + "/stream";
        for (String accept :
                List.of("text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2", "nonsense", "text/*;q=.3")) {
            try (var connection = new RawConnection(server, 0)) {
                connection.send("GET " + path + " HTTP/1.1\r\nHost: localhost\r\nAccept: " + accept + "\r\n\r\n");
                assertThat(connection.readHead().code()).as(accept).isEqualTo(200);
            }
        }
    }

    private RawViewer watch(String task, String query, String... headers) {
        return RawViewer.open(server, "/tasks/" + task + "/stream" + query, headers);
    }

    private static List<String> dataOf(RawViewer viewer, int count) {
        try (viewer) {
            viewer.next();
            return Stream.generate(viewer::next)
                    .limit(count)
                    .map(frame ->
                            frame.lines().skip(1).findFirst().orElseThrow().substring("data: ".length()))
                    .toList();
        }
    }

    private static String epochOf(String eventId) {
        return eventId.substring(0, eventId.indexOf('-'));
    }
}
