package io.taskstream.it;

import static io.taskstream.it.Api.assertProblem;
import static org.assertj.core.api.Assertions.assertThat;

import io.taskstream.it.server.Await;
import io.taskstream.it.wire.RawConnection;
import io.taskstream.it.wire.RawViewer;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Uploads: the calls one by one, and what becomes of the bytes when requests break off or overtake each other. */
@Tag("contract")
class UploadsIT extends OnServer {

    private static final String TEXT = "text/plain";
    private static final String NDJSON = "application/x-ndjson";
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final int ROUNDS = 10;

    private final Api api = Api.underTest();
    private final String task = api.createTask();
    private final String upload = "/tasks/" + task + "/uploads/build";

    @Test
    void putMakesAnUploadOnce() {
        HttpResponse<String> made = api.send("PUT", upload, TEXT, "");
        assertThat(made.statusCode()).isEqualTo(201);
        assertState(made, 0, "?0");
        HttpResponse<String> again = api.send("PUT", upload, TEXT + "; charset=UTF-8", "");
        assertThat(again.statusCode()).isEqualTo(200);
        assertState(again, 0, "?0");

        assertProblem(api.send("PUT", upload, NDJSON, ""), 409);
        assertProblem(api.send("PUT", upload, "application/json", ""), 415);
        assertProblem(api.send("PUT", upload, TEXT + ";charset=iso-8859-1", ""), 415);
        assertProblem(api.send("PUT", upload, null, ""), 415);
        assertProblem(api.send("PUT", upload, TEXT, "bytes"), 400);
        assertProblem(api.send("PUT", upload + "%20", TEXT, ""), 400);
        assertProblem(api.send("PUT", "/tasks/none/uploads/build", TEXT, ""), 404);
        api.publish(task, "{\"type\":\"done\"}");
        assertProblem(api.send("PUT", upload + "2", TEXT, ""), 409);
    }

    @Test
    void headTellsTheOffset() {
        assertThat(api.send("HEAD", upload, null, "").statusCode()).isEqualTo(404);
        api.send("PUT", upload, TEXT, "");
        assertThat(patch(0, "?0", "one\ntwo\n").statusCode()).isEqualTo(204);
        HttpResponse<String> answer = api.send("HEAD", upload, null, "");
        assertThat(answer.statusCode()).isEqualTo(204);
        assertState(answer, 8, "?0");
        assertThat(answer.headers().firstValue("Cache-Control")).hasValue("no-store");
    }

    @Test
    void patchGoesOnWhereTheUploadEnds() {
        api.send("PUT", upload, TEXT, "");
        assertState(patch(0, "?0", "one\ntw"), 6, "?0");
        HttpResponse<String> wrong = patch(3, "?0", "x");
        assertThat(wrong.statusCode()).isEqualTo(409);
        assertThat(Api.json(wrong).getString("type")).endsWith("#mismatching-upload-offset");
        assertState(wrong, 6, "?0");
        assertState(patch(6, "?0", ""), 6, "?0");
        assertState(patch(6, "?1", "o\n"), 8, "?1");
        HttpResponse<String> late = patch(8, "?0", "x");
        assertThat(late.statusCode()).isEqualTo(400);
        assertThat(Api.json(late).getString("type")).endsWith("#completed-upload");
        assertState(late, 8, "?1");
        assertThat(text()).isEqualTo("one\ntwo\n");
        assertThat(api.task(task).getString("status")).isEqualTo("open");
    }

    /** For clients that can't send PATCH. */
    @Test
    void postDoesTheSame() {
        api.send("PUT", upload, TEXT, "");
        assertState(patch(0, "?0", "one\n"), 4, "?0");
        String type = "application/partial-upload";
        assertState(api.send("POST", upload, type, "two\n", "Upload-Offset", "4", "Upload-Complete", "?1"), 8, "?1");
        assertThat(text()).isEqualTo("one\ntwo\n");
    }

    @Test
    void patchRefusesWhatItDoesNotUnderstand() {
        api.send("PUT", upload, TEXT, "");
        assertProblem(api.send("PATCH", upload, TEXT, "x", "Upload-Offset", "0"), 415);
        String latin = "application/partial-upload; charset=ISO-8859-1";
        assertProblem(api.send("PATCH", upload, latin, "x", "Upload-Offset", "0"), 415);
        assertProblem(api.send("POST", upload, latin, "x", "Upload-Offset", "0"), 415);
        assertProblem(api.send("PATCH", upload, "application/partial-upload", "x"), 400);
        assertProblem(patch("-1", "?0", "x"), 400);
        assertProblem(patch("0", "1", "x"), 400);
        assertProblem(api.send("PATCH", upload + "2", "application/partial-upload", "x", "Upload-Offset", "0"), 404);
        assertThat(text()).isEmpty();
    }

    @Test
    void anUnfinishedCharacterIsLeftForTheNextRequest() throws IOException {
        api.send("PUT", upload, TEXT, "");
        byte[] euro = "5 €\n".getBytes(StandardCharsets.UTF_8);
        try (var connection = new RawConnection(api.at(""), 0)) {
            connection.send(head(0, "?0") + "Content-Length: 4\r\n\r\n");
            connection.send(Arrays.copyOf(euro, 4));
            assertThat(connection.readHead().fields()).containsEntry("upload-offset", "2");
        }
        assertState(patch(2, "?1", "€\n"), euro.length, "?1");
        assertThat(text()).isEqualTo("5 €\n");
    }

    @Test
    void linesOfJsonCountWhenTheyAreWhole() {
        api.send("PUT", upload, NDJSON, "");
        assertState(patch(0, "?0", "1\n\n{\"a\":"), 3, "?0");
        assertState(patch(3, "?0", "{\"a\":2}\n{"), 11, "?0");
        HttpResponse<String> wrong = patch(11, "?0", "{}\n[}\n");
        assertProblem(wrong, 400);
        assertState(wrong, 14, null);
        assertState(patch(14, "?1", "{\"type\":\"done\"}"), 29, "?1");
        assertThat(api.task(task).getInt("events")).isEqualTo(4);
        assertThat(api.task(task).getString("status")).isEqualTo("completed");
    }

    @Test
    void whatABrokenRequestPublishedIsCounted() throws IOException {
        api.send("PUT", upload, TEXT, "");
        long offset = 0;
        for (int round = 0; round < ROUNDS; round++) {
            try (var viewer = RawViewer.open(api.at(""), "/tasks/" + task + "/stream?from=latest");
                    var connection = new RawConnection(api.at(""), 0)) {
                viewer.next();
                connection.send(head(offset, "?0") + "Transfer-Encoding: chunked\r\n\r\n");
                String line = "line " + round + "\n";
                connection.send(chunk(line + "not to be counted before it is seen"));
                assertThat(viewer.next(PATIENCE).text()).contains("line " + round + "\\n");
                connection.reset();
            }
            HttpResponse<String> head = api.send("HEAD", upload, null, "");
            offset = Long.parseLong(head.headers().firstValue("Upload-Offset").orElseThrow());
            assertThat(text()).hasSize((int) offset).contains("line " + round + "\n");
        }
    }

    /** Else an upload never ends where each connection breaks after a few bytes. On WildFly the last byte is lost. */
    @Test
    void whatArrivedWithTheBreakIsPublished() throws IOException {
        api.send("PUT", upload, TEXT, "");
        String lines = "a line\n".repeat(500);
        for (int round = 0; round < ROUNDS; round++) {
            int offset = text().length();
            try (var connection = new RawConnection(api.at(""), 0)) {
                connection.send(head(offset, "?0") + "Content-Length: 100000\r\n\r\n" + lines);
            }
            Await.until("the lines are there", PATIENCE, () -> text().length() > offset + 1);
            assertThat(text()).hasSizeGreaterThanOrEqualTo(offset + lines.length() - 1);
        }
    }

    @Test
    void afterANewerRequestNothingOfAnOlderOneIsPublished() throws IOException {
        api.send("PUT", upload, TEXT, "");
        for (int round = 0; round < ROUNDS; round++) {
            try (var older = new RawConnection(api.at(""), 0)) {
                int offset = text().length();
                older.send(head(offset, "?0") + "Transfer-Encoding: chunked\r\n\r\n" + chunk("older\n"));
                Await.until("the line is there", PATIENCE, () -> text().length() > offset);
                int known = text().length();
                boolean byHead = round % 2 == 0;
                if (byHead) {
                    assertState(api.send("HEAD", upload, null, ""), known, "?0");
                } else {
                    assertState(patch(known, "?0", "newer\n"), known + 6, "?0");
                }
                older.send(chunk("too late\n"));
                RawConnection.Head answer = older.readHead();
                assertThat(answer.code()).isEqualTo(409);
                assertThat(text()).hasSize(byHead ? known : known + 6).doesNotContain("too late");
            }
        }
    }

    @Test
    void viewersAreToldThatTheProducerIsLostAndThatItIsBack() {
        api.send("PUT", upload, TEXT, "");
        assertThat(producer().getString("name")).isEqualTo("build");
        assertThat(producer().getString("state")).isEqualTo("active");
        patch(0, "?0", "one\n");
        try (var viewer = RawViewer.open(api.at(""), "/tasks/" + task + "/stream")) {
            viewer.next();
            viewer.next();
            String since = producer().getString("since");
            assertThat(viewer.next(PATIENCE).text())
                    .isEqualTo("event: producer\ndata: {\"upload\":\"build\",\"state\":\"lost\",\"since\":\"" + since
                            + "\"}\n");
            assertThat(producer().getString("state")).isEqualTo("lost");
            assertThat(producer().getInt("offset")).isEqualTo(4);
            try (var late = RawViewer.open(api.at(""), "/tasks/" + task + "/stream")) {
                late.next();
                late.next();
                assertThat(late.next(PATIENCE).text()).contains("\"state\":\"lost\"");
            }
            patch(4, "?1", "two\n");
            assertThat(viewer.next(PATIENCE).text()).contains("two");
            assertThat(viewer.next(PATIENCE).text()).contains("\"state\":\"back\"");
            assertThat(producer().getString("state")).isEqualTo("complete");
        }
    }

    private JsonObject producer() {
        return api.task(task).getJsonArray("producers").getJsonObject(0);
    }

    private HttpResponse<String> patch(long offset, String complete, String bytes) {
        return patch(Long.toString(offset), complete, bytes);
    }

    private HttpResponse<String> patch(String offset, String complete, String bytes) {
        return api.send(
                "PATCH",
                upload,
                "application/partial-upload",
                bytes,
                "Upload-Offset",
                offset,
                "Upload-Complete",
                complete);
    }

    private String head(long offset, String complete) {
        return "PATCH " + api.at(upload).getPath()
                + " HTTP/1.1\r\nHost: test\r\nContent-Type: application/partial-upload\r\n" + "Upload-Offset: " + offset
                + "\r\nUpload-Complete: " + complete + "\r\n";
    }

    private static String chunk(String text) {
        return Integer.toHexString(text.getBytes(StandardCharsets.UTF_8).length) + "\r\n" + text + "\r\n";
    }

    private static void assertState(HttpResponse<String> answer, long offset, @Nullable String complete) {
        assertThat(answer.headers().firstValue("Upload-Offset"))
                .as(answer.body())
                .hasValue(Long.toString(offset));
        if (complete != null) {
            assertThat(answer.headers().firstValue("Upload-Complete")).hasValue(complete);
        }
    }

    private String text() {
        return api.text(task);
    }
}
