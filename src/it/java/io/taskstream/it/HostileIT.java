package io.taskstream.it;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.taskstream.it.server.Await;
import io.taskstream.it.server.Server;
import io.taskstream.it.server.ServerUnderTest;
import io.taskstream.it.wire.EventStreamParser;
import io.taskstream.it.wire.EventStreamParser.Event;
import io.taskstream.it.wire.RawConnection;
import io.taskstream.it.wire.RawViewer;
import java.net.URI;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests of hostile clients. None forges a frame, gets a 5xx, or leaves anything behind. */
class HostileIT extends OnServer {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Duration AT_ONCE = Duration.ofSeconds(2);
    private static final int HALF_SENT = 150;
    private static final int VIEWERS = 1_000;

    private final Api api = Api.underTest();
    private final URI url = api.at("");
    private final Server server = ServerUnderTest.get();
    private long errorsBefore;

    @BeforeEach
    void countErrors() throws Exception {
        errorsBefore = unforeseen();
    }

    @AfterEach
    void nothingUnforeseenHappened() throws Exception {
        assertThat(unforeseen()).as("failures in the server's log").isEqualTo(errorsBefore);
    }

    /** Failures that our own code logs; the server's own messages about broken requests don't matter. */
    private long unforeseen() throws Exception {
        try (Stream<String> log = Files.lines(server.log(), ISO_8859_1)) {
            return log.filter(line -> line.contains("not foreseen")).count();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"%00", "%0a", "a%0db", "a%0d%0ab", "%7f", "%e2%80%a8", "%c2%85", "a%20b", "%ff", "\u00e4", "%22"
            })
    void anIdWithAnythingStrangeInItIsNoTask(String id) {
        for (String method : List.of("PUT", "GET", "DELETE")) {
            assertRefused(exchange(method + " /tasks/" + id, "Content-Length: 0", ""));
        }
        assertRefused(exchange("GET /tasks/" + id + "/stream", "Accept: text/event-stream", ""));
        assertRefused(exchange("POST /tasks/" + id + "/events", "Content-Type: text/plain\r\nContent-Length: 1", "x"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"\\u0000", "a\\nb", "a\\rb", "\\u2028", "\\ud800", "..\\/..", "a/b"})
    void anIdWithAnythingStrangeInTheBodyIsRefused(String id) {
        assertThat(api.post("/tasks", "application/json", "{\"id\":\"" + id + "\"}")
                        .statusCode())
                .isEqualTo(400);
    }

    @Test
    void noLineEndOfAnyKindForgesAFrame() {
        String task = api.createTask();
        String forged =
                "\u2028\u2029\u0085\u000b\u000c\u0000\ufeff\n\nid: evil-9\nevent: lag\ndata: forged\r\rretry: 1\r\n\r\n";
        String escaped = forged.replace("\r", "\\r")
                .replace("\n", "\\n")
                .replace("\u0000", "\\u0000")
                .replace("\u000b", "\\u000b")
                .replace("\u000c", "\\f");
        List<String> sent = new ArrayList<>();
        sent.add("{\"type\":\"message_delta\",\"text\":\"" + escaped + "\"}");
        sent.add("{\"" + escaped + "\":\"" + escaped + "\"}");
        sent.add("{\"a\":\r\r1,\n\n\"id\":\r\n\r\n\"evil\"}");
        sent.forEach(json -> api.publish(task, json));
        api.post("/tasks/" + task + "/events", "application/x-ndjson", "{\"a\":\r\"event: lag\"\r}\n[\r\r1]\r\n");
        api.post("/tasks/" + task + "/events", "text/plain", forged);
        api.publish(task, "{\"type\":\"done\",\"message\":\"" + escaped + "\"}");

        String body = streamOf(task);
        List<Event> events = EventStreamParser.parse(body);
        String epoch = events.get(0).id().replaceAll("-.*", "");
        for (int i = 0; i < events.size(); i++) {
            assertThat(events.get(i).id()).isEqualTo(epoch + "-" + (i + 1));
            assertThat(events.get(i).type()).isEqualTo("message");
        }
        assertThat(events).hasSize(api.task(task).getInt("events"));
        for (int i = 0; i < sent.size(); i++) {
            assertThat(events.get(i).data())
                    .isEqualTo(sent.get(i).replace("\r\n", "\n").replace('\r', '\n'));
        }
        assertThat(body).doesNotContain("\r");
        assertThat(body.lines().filter(line -> line.startsWith("retry"))).hasSize(1);
    }

    private String streamOf(String task) {
        try (var viewer = RawViewer.open(url, "/tasks/" + task + "/stream")) {
            viewer.rest(PATIENCE);
            return viewer.body();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "-",
                "garbage",
                "-1",
                "a-0",
                "a--1",
                "a-99999999999999999999",
                "a-1 b",
                "a-1,a-2",
                "\t",
                "\u0001",
                "\u00fc-1",
                "'-1 OR 1=1",
                "<script>-1",
                "a-1%0a%0adata: x"
            })
    void aLastEventIdThatIsNoneBeginsWithTheOldest(String id) {
        String task = finishedTask();

        String answer = exchange("GET /tasks/" + task + "/stream", "Last-Event-ID: " + id, "");
        if (isPlain(id)) {
            assertReplaysAll(answer);
        } else {
            assertRefusedOrReplaysAll(answer);
        }
    }

    private static boolean isPlain(String id) {
        return id.chars().allMatch(c -> c >= ' ' && c < 127);
    }

    @Test
    void anIdOfAnotherTaskBeginsWithTheOldest() {
        String other = api.publish(api.createTask(), "[1,2,3]");

        assertReplaysAll(exchange("GET /tasks/" + finishedTask() + "/stream", "Last-Event-ID: " + other, ""));
    }

    @Test
    void aLongLastEventIdIsOneThatIsNone() {
        String task = finishedTask();

        assertReplaysAll(exchange("GET /tasks/" + task + "/stream", "Last-Event-ID: " + "a".repeat(2_000), ""));
        assertReplaysAll(exchange("GET /tasks/" + task + "/stream?lastEventId=" + "a".repeat(2_000), "A: b", ""));
    }

    @Test
    void aMegabyteOfHeaderOrQueryIsRefused() {
        String task = finishedTask();
        String megabyte = "a".repeat(1 << 20);

        assertRefused(exchange("GET /tasks/" + task + "/stream", "Last-Event-ID: " + megabyte, ""));
        assertRefused(exchange("GET /tasks/" + task + "/stream?lastEventId=" + megabyte, "A: b", ""));
        assertAnswersAtOnce();
    }

    @Test
    void zeroBytesInAHeadDoNoHarm() {
        assertRefusedOrReplaysAll(exchange("GET /tasks/" + finishedTask() + "/stream?lastEventId=a\0b", "A: b", ""));
        assertAnswersAtOnce();
    }

    private String finishedTask() {
        String task = api.createTask();
        api.publish(task, "[1,{\"type\":\"done\"}]");
        return task;
    }

    /** Characters that no header field may hold; some HTTP engines refuse them and others pass them on. */
    private static void assertRefusedOrReplaysAll(String answer) {
        if (answer.startsWith("HTTP/1.1 200")) {
            assertReplaysAll(answer);
        } else {
            assertRefused(answer);
        }
    }

    private static void assertReplaysAll(String answer) {
        assertThat(answer).startsWith("HTTP/1.1 200");
        List<Event> events = EventStreamParser.parse(answer.substring(answer.indexOf("\r\n\r\n") + 4));
        assertThat(events.subList(events.size() - 2, events.size()))
                .extracting(Event::data)
                .containsExactly("1", "{\"type\":\"done\"}");
        for (Event before : events.subList(0, events.size() - 2)) {
            assertThat(before.type()).isEqualTo("gap");
            assertThat(before.data())
                    .matches("\\{\"reason\":\"reset\",\"from\":\"[0-9a-z]+-\\d+\",\"to\":\"[0-9a-z]+-1\"}");
        }
    }

    @Test
    void jsonThatIsNotUtf8IsRefused() {
        String task = api.createTask();
        String path = "/tasks/" + task + "/events";

        String json = "\"\u00ff\u00fe\"";
        assertProblem(400, exchange("POST " + path, type("application/json", json), json));
        assertProblem(
                400,
                exchange(
                        "POST /tasks",
                        type("application/json", "{\"title\":" + json + "}"),
                        "{\"title\":" + json + "}"));
        String lines = "1\n" + json + "\n2\n";
        assertThat(assertProblem(400, exchange("POST " + path, type("application/x-ndjson", lines), lines)))
                .contains("\"count\":1");
        assertThat(api.task(task).getInt("events")).isEqualTo(1);
    }

    @Test
    void textThatIsNotUtf8IsMended() {
        String task = api.createTask();
        String text = "ok \u00ff\u00c3(\u00ed\u00a0\u0080 end\n";

        assertThat(exchange("POST /tasks/" + task + "/events", type("text/plain", text), text))
                .startsWith("HTTP/1.1 200");
        api.publish(task, "{\"type\":\"done\"}");
        assertThat(EventStreamParser.parse(streamOf(task)).get(0).data())
                .contains("ok \ufffd")
                .contains(" end");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "status=%ff",
                "status=%00",
                "label=%c3%28",
                "label=a:%ff",
                "after=%0d%0a",
                "limit=%31%00",
                "limit=\u00ff"
            })
    void aQueryThatIsNotUtf8IsNoFailure(String query) {
        String answer = exchange("GET /tasks?" + query, "A: b", "");
        if (!answer.startsWith("HTTP/1.1 200")) {
            assertRefused(answer);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET",
                "GET /tasks HTTP/1.1\r\nHost: te",
                "POST /tasks HTTP/1.1\r\nHost: test\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{\"ti",
                "PUT /tasks/TASK HTTP/1.1\r\nHost: test\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{\"ti",
                "POST /tasks/TASK/events HTTP/1.1\r\nHost: test\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{\"a\":",
                "POST /tasks/TASK/events HTTP/1.1\r\nHost: test\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\"a",
                "POST /tasks/TASK/events HTTP/1.1\r\nHost: test\r\nContent-Type: application/x-ndjson\r\nContent-Length: 100\r\n\r\n{\"a\":",
                "POST /tasks/TASK/events HTTP/1.1\r\nHost: test\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\nff\r\nabc"
            })
    void halfSentRequestsHoldNobodyUp(String half) {
        String task = api.createTask();
        String request = half.replace("TASK", task);
        List<RawConnection> halves = new ArrayList<>();
        for (int i = 0; i < HALF_SENT; i++) {
            RawConnection connection = new RawConnection(url, 0);
            connection.send(request);
            halves.add(connection);
        }
        assertAnswersAtOnce();
        for (RawConnection connection : halves.subList(0, HALF_SENT / 2)) {
            connection.reset();
        }
        halves.subList(HALF_SENT / 2, HALF_SENT).forEach(RawConnection::close);
        assertAnswersAtOnce();
        // Text counts as far as it has come.
        if (!half.contains("text/plain")) {
            assertThat(api.task(task).getInt("events")).isZero();
        }
        assertThat(api.post("/tasks/" + task + "/events", "application/json", "1")
                        .statusCode())
                .isEqualTo(200);
    }

    @Test
    void aThousandViewersComeAndAreCutAndNothingOfThemIsKept() {
        String task = api.createTask();
        api.publish(task, "\"" + "x".repeat(10_000) + "\"");
        openAndCut(task, VIEWERS / 10);
        long heapBefore = server.liveHeap();

        openAndCut(task, VIEWERS);
        assertAnswersAtOnce();
        long heapAfter = server.liveHeap();
        System.out.printf("%d cut viewers: live heap %,d bytes before, %,d after%n", VIEWERS, heapBefore, heapAfter);
        assertThat(heapAfter - heapBefore)
                .as("heap that %d viewers left", VIEWERS)
                .isLessThan(8L << 20);
    }

    private void openAndCut(String task, int count) {
        List<RawConnection> viewers = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            RawConnection viewer = new RawConnection(url, 0);
            viewer.send("GET /tasks/" + task + "/stream?heartbeat=1 HTTP/1.1\r\nHost: test\r\n\r\n");
            viewers.add(viewer);
        }
        Await.until(count + " viewers watch", PATIENCE, () -> api.task(task).getInt("viewers") == count);
        assertAnswersAtOnce();
        for (int i = 0; i < count; i++) {
            if (i % 2 == 0) {
                viewers.get(i).reset();
            } else {
                viewers.get(i).close();
            }
        }
        Await.until("no viewer is left", PATIENCE, () -> api.task(task).getInt("viewers") == 0);
    }

    private void assertAnswersAtOnce() {
        long began = System.nanoTime();
        assertThat(api.get("/tasks?limit=1").statusCode()).isEqualTo(200);
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(AT_ONCE);
    }

    private static String type(String type, String body) {
        return "Content-Type: " + type + "\r\nContent-Length: " + body.length();
    }

    /** Sends characters up to U+00FF as single bytes. */
    private String exchange(String line, String header, String body) {
        String request = line + " HTTP/1.1\r\nHost: test\r\nConnection: close\r\n" + header + "\r\n\r\n" + body;
        String answer = RawConnection.exchange(url, request.getBytes(ISO_8859_1));
        assertThat(answer)
                .doesNotStartWith("HTTP/1.1 5")
                .doesNotContain("<html")
                .doesNotContain("\tat ");
        return answer;
    }

    /** Refused by Taskstream with a problem, or by the server's HTTP engine without a body. */
    private static void assertRefused(String answer) {
        if (answer.contains("application/problem+json")) {
            assertThat(answer).startsWith("HTTP/1.1 4");
            return;
        }
        assertThat(answer).matches("(?s)(HTTP/1.1 4\\d\\d.*\r\n\r\n)?");
    }

    private static String assertProblem(int status, String answer) {
        assertThat(answer).startsWith("HTTP/1.1 " + status).contains("application/problem+json");
        return answer;
    }
}
