package io.taskstream.it;

import static io.taskstream.it.Api.assertProblem;
import static org.assertj.core.api.Assertions.assertThat;

import io.taskstream.it.server.Server;
import io.taskstream.it.server.ServerUnderTest;
import io.taskstream.it.wire.RawConnection;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A task's text in one answer, and the search through it. */
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
    @CsvSource({"0-4, 0, 5", "6-, 6, 1000", "-5, -5, 1000", "8-9, 8, 10", "3-99999, 3, 1000"})
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

    @Test
    void aHitTellsWhereItIs() {
        String task = api.createTask();
        api.publish(task, delta("one\r\nan \u001b[31mEr"));
        String second = api.publish(task, delta("ror\u001b[0m and error\n"));
        api.publish(task, DONE);

        JsonObject found = search(task, "q=error");
        List<JsonObject> hits = found.getJsonArray("hits").getValuesAs(JsonObject.class);

        assertThat(hits).hasSize(2);
        assertThat(hits.get(0).getInt("line")).isEqualTo(2);
        assertThat(hits.get(0).getInt("column")).isEqualTo(3);
        assertThat(hits.get(0).getInt("length")).isEqualTo(5);
        assertThat(hits.get(0).getString("excerpt")).isEqualTo("an Error and error");
        assertThat(hits.get(0).getInt("excerptColumn")).isZero();
        assertThat(hits.get(0).getString("id")).endsWith("-1");
        assertThat(hits.get(1).getString("id")).isEqualTo(second);
        assertThat(hits.get(1).getInt("column")).isEqualTo(13);
        assertThat(found.isNull("next")).isTrue();
        assertThat(found.getInt("lines")).isEqualTo(2);
        assertThat(found.getInt("missing")).isZero();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "q=LINK|1",
                "q=LINK&case=sensitive|0",
                "q=.ink|0",
                "q=.ink&mode=regex|1",
                "q=.INK&mode=regex&case=sensitive|0",
                "q=%5E%5C%5BINFO%5D.*ok%24&mode=regex|1",
                "q=%25|2",
                "q=https|0"
            })
    void theTextIsSearchedAsItIsSeen(String query, int hits) {
        assertThat(search(publishBuild(), query).getJsonArray("hits")).hasSize(hits);
    }

    @ParameterizedTest
    @CsvSource({
        "line=1, 1, 1, false",
        "line=2, 1, 1, false",
        "line=4, 3, 3, true",
        "line=5, 4, 5, false",
        "line=6, 5, 6, false",
        "line=99, 6, 7, false",
        "from=1, 1, 1, false",
        "from=2, 2, 2, true",
        "from=-1, 5, 6, false"
    })
    void aLineIsFoundInItsEvent(String query, int sequence, int line, boolean isBegun) {
        String task = api.createTask();
        api.publish(task, delta("one\ntw"));
        api.publish(task, delta("o\nthree"));
        api.publish(task, "7");
        api.publish(task, delta("five\n"));
        api.publish(task, DONE);

        JsonObject place = place(task, query);

        assertThat(place.getString("id")).endsWith("-" + sequence);
        assertThat(place.getInt("line")).isEqualTo(line);
        assertThat(place.getBoolean("begun")).isEqualTo(isBegun);
        assertThat(place.getInt("missing")).isZero();
    }

    @Test
    void linesOfALongLogAreCountedOnce() {
        String task = api.createTask();
        api.post("/tasks/" + task + "/events", "text/plain", "line\n".repeat(25_000));
        assertThat(place(task, "line=20000").getString("id")).endsWith("-20000");
        assertThat(place(task, "from=24999").getInt("line")).isEqualTo(24_999);
        api.post("/tasks/" + task + "/events", "text/plain", "line\n".repeat(1_000));
        assertThat(place(task, "line=26000").getString("id")).endsWith("-26000");
    }

    private JsonObject place(String task, String query) {
        JsonObject place;
        do {
            place = Api.json(api.get("/tasks/" + task + "/lines?" + query));
        } while (place.isNull("id"));
        return place;
    }

    @Test
    void aSearchInStepsFindsAll() {
        String task = api.createTask();
        String lines = IntStream.rangeClosed(1, 1_000)
                .mapToObj(i -> "line " + i + (i % 7 == 0 ? " needle needle" : ""))
                .collect(Collectors.joining("\n"));
        api.post("/tasks/" + task + "/events", "text/plain", lines);

        List<String> found = new ArrayList<>();
        String next = "";
        int steps = 0;
        while (next != null) {
            JsonObject page = search(task, "q=needle&limit=5" + next);
            page.getJsonArray("hits")
                    .getValuesAs(JsonObject.class)
                    .forEach(hit -> found.add(hit.getInt("line") + ":" + hit.getInt("column")));
            next = page.isNull("next") ? null : "&after=" + encoded(page.getString("next"));
            steps++;
        }
        assertThat(steps).isGreaterThan(50);
        assertThat(found)
                .isEqualTo(IntStream.rangeClosed(1, 1_000)
                        .filter(i -> i % 7 == 0)
                        .mapToObj(i -> ("line " + i + " ").length())
                        .collect(
                                ArrayList::new,
                                (all, column) -> {
                                    int line = 7 * (all.size() / 2 + 1);
                                    all.add(line + ":" + column);
                                    all.add(line + ":" + (column + 7));
                                },
                                List::addAll));
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
            assertThat(search(task, "q=xxxx&limit=10").getJsonArray("hits")).hasSize(10);
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
        assertThat(search(task, "q=line&limit=1").getInt("missing")).isGreaterThanOrEqualTo(missing);
    }

    private String publishBuild() {
        String task = api.createTask();
        api.post("/tasks/" + task + "/events", "text/plain", BUILD);
        return task;
    }

    private static String delta(String text) {
        return "{\"type\":\"message_delta\",\"text\":" + Json.createValue(text) + "}";
    }

    private JsonObject search(String task, String query) {
        HttpResponse<String> answer = api.get("/tasks/" + task + "/search?" + query);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return Api.json(answer);
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private static String header(HttpResponse<String> answer, String name) {
        return answer.headers().firstValue(name).orElse("no " + name);
    }
}
