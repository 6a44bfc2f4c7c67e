package io.taskstream.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskstream.it.server.Await;
import io.taskstream.it.server.Server;
import io.taskstream.it.server.ServerUnderTest;
import io.taskstream.it.wire.RawConnection;
import io.taskstream.it.wire.RawViewer;
import io.taskstream.it.wire.RawViewer.Frame;
import io.taskstream.it.wire.RunnerProcess;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Commands that the runner runs: their ends, their cancellation, how soon their output is seen, and very long lines. */
@MainlyOn("wildfly")
class RunnerCommandsIT extends OnServer {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** Far more than the half second that it takes on a machine with nothing else to do. */
    private static final Duration SEEN_WITHIN = Duration.ofSeconds(10);

    private static final int SECONDS_OF_DOTS = Integer.getInteger("runner.dots.seconds", 10);
    private static final int DOTS_OF_LINE = 3;

    private static final int PIECES = 128;
    private static final int PIECE = 1 << 20;

    /** The heap for recent events, and for what all requests together have received. */
    private static final long FLAT = 96 << 20;

    private final Api api = Api.underTest();
    private final String task = "run-" + UUID.randomUUID();

    @TempDir
    private Path directory;

    @ParameterizedTest
    @CsvSource({"exit 0, 0, completed", "exit 3, 3, failed", "kill -9 $$, 137, failed"})
    void theTaskEndsAsTheCommandDoes(String end, int code, String status) {
        try (var runner = run(
                List.of(),
                "i=0; while [ $i -lt 200 ]; do i=$((i+1)); echo output $i; echo error $i >&2; done; " + end)) {
            assertThat(runner.await(PATIENCE)).as(runner.messages()).isEqualTo(code);
            String both = IntStream.rangeClosed(1, 200)
                    .mapToObj(i -> "output %d\nerror %d\n".formatted(i, i))
                    .collect(Collectors.joining());
            assertThat(runner.shown()).isEqualTo(both);
            assertEnded(status, both);
            String message = code == 0 ? "" : "exit code " + code;
            assertThat(terminal().getString("message", "")).isEqualTo(message);
        }
    }

    @Test
    void aPipeIsPublished() {
        try (var runner = RunnerProcess.startPipe(
                api.at(""), directory, "seq 20000", api.at("/tasks/" + task).toString())) {
            assertThat(runner.await(PATIENCE)).as(runner.messages()).isZero();
            String numbers =
                    IntStream.rangeClosed(1, 20_000).mapToObj(i -> i + "\n").collect(Collectors.joining());
            assertThat(runner.shown()).isEqualTo(numbers);
            assertEnded("completed", numbers);
        }
    }

    @Test
    void aCommandThatIsCancelledCanCleanUp() {
        assertCancelled("trap 'echo cleaned up; exit 4' TERM", 4, "begun\ncleaned up\n");
    }

    @Test
    void aCommandThatIgnoresItsCancellationIsKilledAfterTheGrace() {
        assertCancelled("trap '' TERM", 137, "begun\n");
    }

    @Test
    void aTaskThatAnotherFinishesEndsPublishingAndNotTheCommand() {
        try (var runner = run(List.of(), "echo begun; sleep 5; echo after; exit 3")) {
            Await.until(
                    "its output is there",
                    PATIENCE,
                    () -> api.get("/tasks/" + task + "/events").body().contains("begun"));
            assertThat(api.post(
                                    "/tasks/" + task + "/events",
                                    "application/json",
                                    "{\"type\":\"done\",\"status\":\"completed\"}")
                            .statusCode())
                    .isEqualTo(200);
            assertThat(runner.await(PATIENCE)).as(runner.messages()).isEqualTo(3);
            assertThat(runner.shown()).isEqualTo("begun\nafter\n");
            assertThat(runner.messages()).contains("was finished by somebody else");
            assertEnded("completed", "begun\n");
        }
    }

    @Test
    void whatAChildWritesAfterTheCommandsEndIsPublished() {
        try (var runner = run(List.of(), "(for i in 1 2 3; do sleep 1; echo line $i; done) & echo started")) {
            assertThat(runner.await(PATIENCE)).as(runner.messages()).isZero();
            String text = "started\nline 1\nline 2\nline 3\n";
            assertThat(runner.shown()).isEqualTo(text);
            assertEnded("completed", text);
        }
    }

    private void assertCancelled(String trap, int code, String text) {
        try (var runner = run(List.of("--grace", "2s"), trap + "; echo begun; while :; do sleep 0.1; done")) {
            Await.until("the command runs", PATIENCE, () -> runner.shown().contains("begun"));
            Await.until(
                    "its output is there",
                    PATIENCE,
                    () -> api.get("/tasks/" + task + "/events").body().contains("begun"));
            assertThat(api.post("/tasks/" + task + "/cancel", "application/json", "")
                            .statusCode())
                    .isEqualTo(202);
            assertThat(runner.await(PATIENCE)).as(runner.messages()).isEqualTo(code);
            assertEnded("cancelled", text);
        }
    }

    private RunnerProcess run(List<String> options, String command) {
        List<String> all = new ArrayList<>(options);
        all.add(api.at("/tasks/" + task).toString());
        return RunnerProcess.start(api.at(""), directory, all, List.of("/bin/sh", "-c", command));
    }

    private void assertEnded(String status, String text) {
        assertThat(api.task(task).getString("status")).isEqualTo(status);
        assertThat(api.text(task)).isEqualTo(text);
    }

    private JsonObject terminal() {
        List<JsonObject> events = new ArrayList<>();
        api.eachEvent(task, events::add);
        return events.get(events.size() - 1).getJsonObject("data");
    }

    @Test
    void eachDotOfALineIsSeenSoon() {
        api.send("PUT", "/tasks/" + task, null, "");
        String line = "printf .; sleep 0.33; printf .; sleep 0.33; echo .; sleep 0.33;";
        try (var viewer = RawViewer.open(api.at(""), "/tasks/" + task + "/stream");
                var runner = run(
                        List.of(), "i=0; while [ $i -lt " + SECONDS_OF_DOTS + " ]; do i=$((i+1)); " + line + " done")) {
            assertThat(runner.await(PATIENCE.plusSeconds(SECONDS_OF_DOTS))).isZero();
            List<Double> millis = new ArrayList<>();
            var text = new StringBuilder();
            for (Frame frame : viewer.rest(PATIENCE)) {
                String delta = delta(frame.text());
                for (int i = 0; i < delta.length(); i++) {
                    if (delta.charAt(i) == '.') {
                        millis.add((frame.nanos() - runner.shownAt(text.length() + i)) / 1e6);
                    }
                }
                text.append(delta);
            }
            assertThat(text.toString()).isEqualTo("...\n".repeat(SECONDS_OF_DOTS));
            assertThat(millis).hasSize(DOTS_OF_LINE * SECONDS_OF_DOTS).allMatch(each -> each < SEEN_WITHIN.toMillis());
            millis.sort(null);
            System.out.printf(
                    "%s: %d dots were seen after %.0f ms (median), at most %.0f ms%n",
                    System.getProperty("it.server"),
                    millis.size(),
                    millis.get(millis.size() / 2),
                    millis.get(millis.size() - 1));
        }
    }

    private static String delta(String frame) {
        int data = frame.indexOf("data: {");
        if (data < 0) {
            return "";
        }
        try (var json = Json.createReader(new StringReader(frame.substring(data + 6)))) {
            return json.readObject().getString("text", "");
        }
    }

    /** The heap is measured while most of the line has been received. */
    @Test
    void aVeryLongLinePassesWithAFlatHeap() throws IOException {
        api.send("PUT", "/tasks/" + task, null, "");
        String upload = "/tasks/" + task + "/uploads/line";
        api.send("PUT", upload, "text/plain", "");
        Server server = ServerUnderTest.get();
        long before = server.liveHeap();
        var sent = new CRC32();
        try (var connection = new RawConnection(api.at(""), 0)) {
            connection.send("PATCH " + upload + " HTTP/1.1\r\nHost: test\r\nUpload-Offset: 0\r\nUpload-Complete: ?1\r\n"
                    + "Content-Type: application/partial-upload\r\nContent-Length: " + (long) PIECES * PIECE
                    + "\r\n\r\n");
            for (int i = 0; i < PIECES; i++) {
                byte[] piece = String.format("%08x", i).repeat(PIECE / 8).getBytes(StandardCharsets.US_ASCII);
                sent.update(piece);
                if (i == PIECES - 1) {
                    Await.until("most is there", PATIENCE, () -> offset() > (PIECES - 2L) * PIECE);
                    long grown = server.liveHeap() - before;
                    System.out.printf(
                            "%s: the heap grew by %d MiB for a line of %d MiB%n",
                            System.getProperty("it.server"), grown >> 20, PIECES);
                    assertThat(grown).isLessThan(FLAT);
                }
                connection.send(piece);
            }
            assertThat(connection.readHead().code()).isEqualTo(204);
        }
        var published = new CRC32();
        api.eachText(task, text -> published.update(text.getBytes(StandardCharsets.US_ASCII)));
        assertThat(published.getValue()).isEqualTo(sent.getValue());
    }

    private long offset() {
        return api.task(task)
                .getJsonArray("producers")
                .getJsonObject(0)
                .getJsonNumber("offset")
                .longValue();
    }
}
