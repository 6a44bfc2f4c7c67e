package io.taskstream.it;

import static io.taskstream.it.Api.assertProblem;
import static org.assertj.core.api.Assertions.assertThat;

import io.taskstream.it.server.Server;
import io.taskstream.it.server.ServerUnderTest;
import io.taskstream.it.wire.RawConnection;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A task's text in one answer. */
@Tag("contract")
class LogIT extends OnServer {

    private static final String DONE = "{\"type\":\"done\"}";

    private static final String BUILD =
            "first \u00e4\r\n\u001b[1m[INFO]\u001b[0m \u001b]8;;https://e.org\u001b\\link\u001b]8;;\u001b\\ ok\n"
                    + "50%\r100%\n\ud83d\ude00 no end";

    private static final String PLAIN = "first \u00e4\r\n[INFO] link ok\n" + "50%\r100%\n\ud83d\ude00 no end";

    private final Api api = Api.underTest();

    @Test
    void theTextIsThatOfThePublisherByteForByte() {
        String task = publishBuild();
        JsonObject state = api.task(task);

        HttpResponse<String> answer = api.get("/tasks/" + task + "/log");

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo(BUILD);
        assertThat(header(answer, "Content-Type")).isEqualToIgnoringCase("text/plain;charset=utf-8");
        assertThat(header(answer, "Last-Event-ID")).isEqualTo(state.getString("lastEventId"));
        assertThat(header(answer, "First-Event-ID")).endsWith("-1");
        assertThat(header(answer, "Accept-Ranges")).isEqualTo("bytes");
        assertThat(answer.headers().firstValue("Missing-Events")).isEmpty();
    }

    @Test
    void theTextOfAFinishedTaskHasALength() {
        String task = publishBuild();
        api.publish(task, DONE);
        int length = BUILD.getBytes(StandardCharsets.UTF_8).length;

        HttpResponse<String> answer = api.get("/tasks/" + task + "/log");
        assertThat(answer.body()).isEqualTo(BUILD);
        assertThat(header(answer, "Content-Length")).isEqualTo("" + length);

        HttpResponse<String> head = api.send("HEAD", "/tasks/" + task + "/log", null, "");
        assertThat(head.statusCode()).isEqualTo(200);
        assertThat(head.body()).isEmpty();
        for (String name : List.of("Content-Length", "Content-Type", "ETag", "Last-Event-ID", "Accept-Ranges")) {
            assertThat(header(head, name)).as(name).isEqualTo(header(answer, name));
        }
    }

    @Test
    void headOfAnOpenTaskEnds() {
        HttpResponse<String> head = api.send("HEAD", "/tasks/" + publishBuild() + "/log", null, "");
        assertThat(head.statusCode()).isEqualTo(200);
        assertThat(head.body()).isEmpty();
    }

    @Test
    void aTaskWithoutTextHasAnEmptyOne() {
        String task = api.createTask();
        assertThat(api.get("/tasks/" + task + "/log").body()).isEmpty();
        api.publish(task, DONE);
        assertThat(header(api.get("/tasks/" + task + "/log"), "Content-Length")).isEqualTo("0");
    }

    @ParameterizedTest
    @CsvSource({
        "0-4, 0, 5",
        "6-, 6, 1000",
        "-5, -5, 1000",
        "8-9, 8, 10",
        "3-99999, 3, 1000",
        "3-9223372036854775807, 3, 1000"
    })
    void aRangeIsAPartOfTheBytes(String range, int from, int to) {
        String ascii = "one\ntwo\nthree\nfour\n";
        String task = api.createTask();
        api.post("/tasks/" + task + "/events", "text/plain", ascii);
        int start = from < 0 ? ascii.length() + from : from;
        String part = ascii.substring(start, Math.min(to, ascii.length()));

        HttpResponse<String> answer = api.get("/tasks/" + task + "/log", "Range", "bytes=" + range);

        assertThat(answer.statusCode()).isEqualTo(206);
        assertThat(answer.body()).isEqualTo(part);
        assertThat(header(answer, "Content-Length")).isEqualTo("" + part.length());
        assertThat(header(answer, "Content-Range"))
                .isEqualTo("bytes " + start + "-" + (start + part.length() - 1) + "/" + ascii.length());
    }

    @Test
    void aRangeBehindTheEndIsRefusedAndAnotherUnitIsNone() {
        String task = publishBuild();
        HttpResponse<String> answer = api.get("/tasks/" + task + "/log", "Range", "bytes=5000-");
        assertProblem(answer, 416);
        assertThat(header(answer, "Content-Range"))
                .isEqualTo("bytes */" + BUILD.getBytes(StandardCharsets.UTF_8).length);
        assertThat(api.get("/tasks/" + task + "/log", "Range", "lines=1-2").body())
                .isEqualTo(BUILD);
        assertThat(api.get("/tasks/" + task + "/log", "Range", "bytes=0-1,4-5").body())
                .isEqualTo(BUILD);
    }

    @Test
    void aRangeOfAnotherTextIsNotSent() {
        String task = publishBuild();
        String path = "/tasks/" + task + "/log";
        String tag = header(api.get(path), "ETag");
        assertThat(api.get(path, "Range", "bytes=0-1", "If-Range", tag).statusCode())
                .isEqualTo(206);
        api.publish(task, "{\"type\":\"message_delta\",\"text\":\"more\"}");
        assertThat(api.get(path, "Range", "bytes=0-1", "If-Range", tag).statusCode())
                .isEqualTo(200);
    }

    @Test
    void sequencesCanBeLeftOutWhereverTheyAreCut() {
        String task = api.createTask();
        for (int i = 0; i < BUILD.length(); i++) {
            if (!Character.isLowSurrogate(BUILD.charAt(i))) {
                int end = i + (Character.isHighSurrogate(BUILD.charAt(i)) ? 2 : 1);
                api.publish(task, delta(BUILD.substring(i, end)));
            }
        }
        assertThat(api.get("/tasks/" + task + "/log?ansi=strip").body()).isEqualTo(PLAIN);
        assertThat(api.get("/tasks/" + task + "/log?ansi=keep").body()).isEqualTo(BUILD);
        assertThat(api.get("/tasks/" + task + "/log?ansi=strip", "Range", "bytes=-6")
                        .body())
                .isEqualTo("no end");
    }

    @Test
    void theTextBeginsWhereIsAskedFor() {
        String task = api.createTask();
        String second = null;
        for (String line : List.of("one\n", "two\n", "three\n")) {
            String id = api.publish(task, delta(line));
            second = line.equals("two\n") ? id : second;
        }
        String path = "/tasks/" + task + "/log?from=";
        assertThat(api.get(path + second).body()).isEqualTo("two\nthree\n");
        assertThat(api.get(path + "3").body()).isEqualTo("three\n");
        assertThat(api.get(path + "-2").body()).isEqualTo("two\nthree\n");
        assertThat(api.get(path + "earliest").body()).isEqualTo("one\ntwo\nthree\n");
        assertThat(api.get(path + "latest").body()).isEmpty();
        assertThat(api.get(path + "4").body()).isEmpty();
    }

    /** What ends here goes on in the stream. */
    @Test
    void theStreamContinuesTheText() {
        String task = publishBuild();
        String last = header(api.get("/tasks/" + task + "/log"), "Last-Event-ID");
        api.publish(task, DONE);
        assertThat(api.get("/tasks/" + task + "/stream", "Last-Event-ID", last).body())
                .contains(DONE)
                .doesNotContain("message_delta")
                .doesNotContain("gap");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "log?from=x",
                "log?from=0",
                "log?ansi=yes",
                "search",
                "search?q=",
                "search?q=a&mode=glob",
                "search?q=a&case=x",
                "search?q=a&limit=0",
                "search?q=a&limit=1001",
                "search?q=a&after=1",
                "search?q=a&from=x",
                "lines?line=0",
                "lines?line=x",
                "lines?from=x",
                "search?q=%28&mode=regex",
                "search?q=%28%28a%7B1000%7D%29%7B1000%7D%29&mode=regex"
            })
    void aWrongParameterIsRefused(String call) {
        assertProblem(api.get("/tasks/" + api.createTask() + "/" + call), 400);
    }

    @Test
    void aQueryMayNotBeEndless() {
        assertProblem(api.get("/tasks/" + api.createTask() + "/search?q=" + "x".repeat(1_001)), 400);
    }

    @ParameterizedTest
    @ValueSource(strings = {"log", "search?q=a", "lines"})
    void aTaskThatIsNotThereHasNoText(String call) {
        assertProblem(api.get("/tasks/no-such-task/" + call), 404);
    }

    /**
     * Twenty readers that read nothing hold neither the text nor a thread. On a server with {@code server-config}: Payara Micro,
     * which has its default settings, held 8 MiB for each.
     */
    @Test
    @EnabledIfSystemProperty(named = "it.server", matches = "wildfly|payara")
    void aLongTextIsNeverInTheHeapAsAWhole() throws Exception {
        Server server = ServerUnderTest.get();
        String task = api.createTask();
        String line = "x".repeat(999) + "\n";
        int blocks = 25;
        for (int i = 0; i < blocks; i++) {
            api.post("/tasks/" + task + "/events", "text/plain", line.repeat(1_000));
        }
        api.publish(task, DONE);
        api.get("/tasks/" + task + "/log", "Range", "bytes=0-0");
        long before = server.liveHeap();
        List<RawConnection> readers = new ArrayList<>();
        try {
            for (int i = 0; i < 20; i++) {
                var reader = new RawConnection(api.at(""), 4096);
                readers.add(reader);
                reader.send("GET " + api.at("/tasks/" + task + "/log").getPath() + " HTTP/1.1\r\nHost: test\r\n\r\n");
                assertThat(reader.readHead().status()).contains("200");
            }
            assertThat(api.get("/tasks/" + task + "/log").body().equals(line.repeat(blocks * 1_000)))
                    .as("the whole text is right")
                    .isTrue();
            assertThat(SearchIT.search(api, task, "q=xxxx&limit=10").getJsonArray("hits"))
                    .hasSize(10);
            long after = server.liveHeap();
            System.out.printf(
                    "Text of 25 MB, 20 readers stalled: live heap %,d bytes before, %,d after%n", before, after);
            assertThat(after - before).as("heap").isLessThan(100L << 20);
        } finally {
            readers.forEach(RawConnection::close);
        }
    }

    /** What breaks off must not look like the whole. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aTextThatIsLostWhileItIsSentEndsSo(boolean isFinished) throws Exception {
        String task = api.createTask();
        for (int i = 0; i < 20; i++) {
            api.post("/tasks/" + task + "/events", "text/plain", ("x".repeat(999) + "\n").repeat(1_000));
        }
        if (isFinished) {
            api.publish(task, DONE);
        }
        try (var reader = new RawConnection(api.at(""), 4096)) {
            reader.send("GET " + api.at("/tasks/" + task + "/log").getPath() + " HTTP/1.1\r\nHost: test\r\n\r\n");
            String length = reader.readHead().fields().get("content-length");
            assertThat(api.send("DELETE", "/tasks/" + task, null, "").statusCode())
                    .isEqualTo(204);
            if (isFinished) {
                assertThat(reader.readToEnd().length()).isLessThan(Integer.parseInt(length));
            } else {
                assertThat(length).isNull();
                var text = new StringBuilder();
                while (!text.toString().contains("breaks off here")) {
                    assertThat(text.append(reader.readSomeText()).length()).isLessThan(20_000_000);
                    text.delete(0, Math.max(0, text.length() - 20_000));
                }
            }
        }
    }

    @Test
    void whatIsNoLongerKeptIsTold() {
        String task = api.createTask();
        String line = "line\n";
        int published = 0;
        HttpResponse<String> answer;
        do {
            api.post("/tasks/" + task + "/events", "text/plain", line.repeat(20_000));
            published += 20_000;
            answer = api.get("/tasks/" + task + "/log");
        } while (answer.headers().firstValue("Missing-Events").isEmpty() && published < 20 * ServerUnderTest.EVENTS);
        // What is trimmed while it is sent breaks off.
        while (answer.body().endsWith("***\n")) {
            answer = api.get("/tasks/" + task + "/log");
        }

        int missing = Integer.parseInt(header(answer, "Missing-Events"));
        assertThat(header(answer, "First-Event-ID")).endsWith("-" + (missing + 1));
        assertThat(answer.body()).isEqualTo(line.repeat(published - missing));
        // What is trimmed while it is searched is answered 503.
        String search = "/tasks/" + task + "/search?q=line&limit=1";
        HttpResponse<String> found = api.get(search);
        for (int tries = 0; found.statusCode() == 503 && tries < 100; tries++) {
            found = api.get(search);
        }
        assertThat(found.statusCode()).as(found.body()).isEqualTo(200);
        assertThat(Api.json(found).getInt("missing")).isGreaterThanOrEqualTo(missing);
    }

    private String publishBuild() {
        return publishBuild(api);
    }

    /** A task with some of everything. */
    static String publishBuild(Api api) {
        String task = api.createTask();
        api.post("/tasks/" + task + "/events", "text/plain", BUILD);
        return task;
    }

    static String delta(String text) {
        return "{\"type\":\"message_delta\",\"text\":" + Json.createValue(text) + "}";
    }

    private static String header(HttpResponse<String> answer, String name) {
        return answer.headers().firstValue(name).orElse("no " + name);
    }
}
