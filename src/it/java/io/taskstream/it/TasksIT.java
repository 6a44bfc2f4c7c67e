package io.taskstream.it;

import static io.taskstream.it.Api.assertProblem;
import static org.assertj.core.api.Assertions.assertThat;

import jakarta.json.JsonObject;
import jakarta.json.JsonValue;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The contract's resources but the stream, call by call. */
@Tag("contract")
class TasksIT extends OnServer {

    private static final String JSON = "application/json";
    private static final String NDJSON = "application/x-ndjson";

    private final Api api = Api.underTest();

    @Test
    void postCreatesATaskWithAGeneratedId() {
        HttpResponse<String> answer =
                api.post("/tasks", JSON, "{\"title\":\"Nightly\",\"labels\":{\"team\":\"core\"}}");

        assertThat(answer.statusCode()).isEqualTo(201);
        JsonObject task = Api.json(answer);
        assertThat(UUID.fromString(task.getString("id")).version()).isEqualTo(7);
        assertThat(answer.headers().firstValue("Location"))
                .hasValue(api.at("/tasks/" + task.getString("id")).getPath());
        assertThat(task.getString("title")).isEqualTo("Nightly");
        assertThat(task.getString("status")).isEqualTo("open");
        assertThat(task.getJsonObject("labels").getString("team")).isEqualTo("core");
        assertThat(task.get("finished")).isEqualTo(JsonValue.NULL);
        assertThat(task.get("lastEventId")).isEqualTo(JsonValue.NULL);
        assertThat(task.getInt("events")).isZero();
        assertThat(task.getInt("viewers")).isZero();
    }

    @Test
    void postNeedsNoBody() {
        assertThat(api.send("POST", "/tasks", null, "").statusCode()).isEqualTo(201);
    }

    @Test
    void postRefusesAnIdThatIsTaken() {
        String id = api.createTask();

        assertProblem(api.post("/tasks", JSON, "{\"id\":\"" + id + "\"}"), 409);
    }

    @Test
    void putCreatesOnceAndIsIdempotent() {
        String path = "/tasks/it-" + UUID.randomUUID();

        assertThat(api.send("PUT", path, JSON, "{\"title\":\"first\"}").statusCode())
                .isEqualTo(201);
        HttpResponse<String> second = api.send("PUT", path, JSON, "{\"title\":\"second\"}");
        assertThat(second.statusCode()).isEqualTo(200);
        assertThat(Api.json(second).getString("title")).isEqualTo("first");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"id\":\"a b\"}",
                "{\"id\":\"\"}",
                "{\"id\":5}",
                "{\"title\":[]}",
                "{\"labels\":{\"a\":1}}",
                "{\"labels\":\"a\"}",
                "[]",
                "{",
                "nonsense"
            })
    void aTaskThatCantBeIsRefused(String body) {
        assertProblem(api.post("/tasks", JSON, body), 400);
    }

    @Test
    void aBodyThatIsNotJsonIsRefused() {
        assertProblem(api.post("/tasks", "text/plain", "hello"), 415);
    }

    @Test
    void listShowsTheNewestFirstInPages() {
        String label = "run:" + UUID.randomUUID();
        List<String> ids = Stream.generate(() -> create(label)).limit(5).toList();

        JsonObject first = Api.json(api.get("/tasks?limit=3&label=" + label));
        assertThat(idsOf(first)).containsExactly(ids.get(4), ids.get(3), ids.get(2));
        JsonObject second = Api.json(api.get("/tasks?limit=3&label=" + label + "&after=" + first.getString("next")));
        assertThat(idsOf(second)).containsExactly(ids.get(1), ids.get(0));
        assertThat(second.get("next")).isEqualTo(JsonValue.NULL);
    }

    @Test
    void noTaskHasTwoValuesOfOneLabel() {
        String label = "run:" + UUID.randomUUID();
        String task = create(label);

        assertThat(idsOf(Api.json(api.get("/tasks?label=" + label + "&label=" + label))))
                .containsExactly(task);
        assertThat(idsOf(Api.json(api.get("/tasks?label=run:x&label=" + label))))
                .isEmpty();
    }

    @Test
    void listFiltersByStatus() {
        String label = "run:" + UUID.randomUUID();
        String open = create(label);
        String failed = create(label);
        api.publish(failed, "{\"type\":\"done\",\"status\":\"failed\"}");

        assertThat(idsOf(Api.json(api.get("/tasks?status=open&label=" + label))))
                .containsExactly(open);
        assertThat(idsOf(Api.json(api.get("/tasks?status=failed&label=" + label))))
                .containsExactly(failed);
    }

    @ParameterizedTest
    @CsvSource({"limit=0", "limit=1001", "limit=x", "status=odd", "label=nocolon", "after=no-such-task"})
    void listRefusesAWrongParameter(String query) {
        assertProblem(api.get("/tasks?" + query), 400);
    }

    private String create(String label) {
        String[] pair = label.split(":", 2);
        return Api.json(api.post("/tasks", JSON, "{\"labels\":{\"" + pair[0] + "\":\"" + pair[1] + "\"}}"))
                .getString("id");
    }

    private static List<String> idsOf(JsonObject page) {
        return page.getJsonArray("tasks")
                .getValuesAs(task -> task.asJsonObject().getString("id"));
    }

    @Test
    void aDeletedTaskIsGone() {
        String id = api.createTask();

        HttpResponse<String> answer = api.send("DELETE", "/tasks/" + id, null, "");
        assertThat(answer.statusCode()).isEqualTo(204);
        assertThat(answer.body()).isEmpty();
        assertProblem(api.send("DELETE", "/tasks/" + id, null, ""), 404);
        assertProblem(api.get("/tasks/" + id), 404);
    }

    @ParameterizedTest
    @CsvSource({
        "GET, /tasks/none",
        "GET, /tasks/none/events",
        "GET, /tasks/none/stream",
        "POST, /tasks/none/cancel",
        "DELETE, /tasks/none",
        "GET, /nothing/here",
        "GET, /tasks/a%20b"
    })
    void whatIsNotThereIs404(String method, String path) {
        assertProblem(api.send(method, path, null, ""), 404);
    }

    @Test
    void cancelPutsAnEventIntoTheLog() {
        String id = api.createTask();

        assertThat(api.send("POST", "/tasks/" + id + "/cancel", null, "").statusCode())
                .isEqualTo(202);
        assertThat(api.get("/tasks/" + id + "/events").body()).contains("{\"type\":\"cancel_requested\"}");
        api.publish(id, "{\"type\":\"done\",\"status\":\"cancelled\"}");
        assertThat(api.task(id).getString("status")).isEqualTo("cancelled");
        assertProblem(api.send("POST", "/tasks/" + id + "/cancel", null, ""), 409);
    }

    @Test
    void oneEventIsPublishedAndKeptLetterByLetter() {
        String id = api.createTask();

        HttpResponse<String> answer = api.post("/tasks/" + id + "/events", JSON, "{\"n\": 1.0e5}");
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(Api.json(answer).getInt("count")).isEqualTo(1);
        assertThat(Api.json(answer).getString("lastEventId")).matches("[0-9a-z]+-1");
        assertThat(api.get("/tasks/" + id + "/events").body()).contains("\"data\":{\"n\": 1.0e5}");
    }

    @Test
    void aBatchIsAllOrNothing() {
        String id = api.createTask();

        assertThat(api.publish(id, "[1,\"two\",{\"three\":[3]}]")).endsWith("-3");
        assertProblem(api.post("/tasks/" + id + "/events", JSON, "[4,{\"type\":\"message_delta\"}]"), 400);
        assertProblem(api.post("/tasks/" + id + "/events", JSON, "[{\"type\":\"done\"},5]"), 400);
        assertThat(api.task(id).getInt("events")).isEqualTo(3);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"type\":\"message_delta\"} | text",
                "{\"type\":\"message_delta\",\"text\":5} | text",
                "{\"type\":\"item_started\"} | item",
                "{\"type\":\"item_completed\",\"item\":null} | item",
                "{\"type\":\"token_usage\"} | usage",
                "{\"type\":\"error\"} | message",
                "{\"type\":\"approval_request\",\"id\":\"1\"} | command",
                "{\"type\":\"done\",\"status\":\"open\"} | status"
            })
    void aKnownItemWithAWrongMemberIsRefusedAndTheMemberNamed(String item, String member) {
        HttpResponse<String> answer = api.post("/tasks/" + api.createTask() + "/events", JSON, item);

        assertProblem(answer, 400);
        assertThat(Api.json(answer).getString("detail")).contains("'" + member + "'");
    }

    @Test
    void jsonLinesBeforeAWrongOneAreKeptAndCounted() {
        String id = api.createTask();

        HttpResponse<String> answer = api.post("/tasks/" + id + "/events", NDJSON, "{\"n\":1}\n\n{\"n\":2}\r\n{\"n\":");
        assertProblem(answer, 400);
        assertThat(Api.json(answer).getInt("count")).isEqualTo(2);
        assertThat(Api.json(answer).getString("lastEventId")).endsWith("-2");
        assertThat(api.task(id).getInt("events")).isEqualTo(2);
    }

    @Test
    void textBecomesOneMessagePerLineWithItsEnd() {
        String id = api.createTask();

        HttpResponse<String> answer =
                api.post("/tasks/" + id + "/events", "text/plain; charset=utf-8", "first\r\n\nth\u00efrd \"3\"");
        assertThat(Api.json(answer).getInt("count")).isEqualTo(3);
        assertThat(api.get("/tasks/" + id + "/events").body())
                .contains("{\"type\":\"message_delta\",\"text\":\"first\\r\\n\"}")
                .contains("{\"type\":\"message_delta\",\"text\":\"\\n\"}")
                .contains("{\"type\":\"message_delta\",\"text\":\"th\u00efrd \\\"3\\\"\"}");
    }

    @Test
    void whatIsTooLongIsRefusedWithTheCountThatWasAccepted() {
        String id = api.createTask();
        String path = "/tasks/" + id + "/events";

        assertProblem(api.post(path, JSON, "\"" + "x".repeat(1 << 20) + "\""), 413);
        HttpResponse<String> answer = api.post(path, NDJSON, "1\n\"" + "x".repeat(1 << 20) + "\"\n");
        assertProblem(answer, 413);
        assertThat(Api.json(answer).getInt("count")).isEqualTo(1);
        assertThat(api.task(id).getInt("events")).isEqualTo(1);
    }

    @Test
    void aLineOfTextMayHaveAnyLength() {
        String id = api.createTask();
        String path = "/tasks/" + id + "/events";
        String text = "short\n" + "\u20ac".repeat(1 << 20) + "\nend";

        assertThat(api.post(path, "text/plain", text).statusCode()).isEqualTo(200);
        String kept = Api.json(api.get(path)).getJsonArray("events").getValuesAs(JsonObject.class).stream()
                .map(event -> event.getJsonObject("data").getString("text"))
                .collect(Collectors.joining());
        assertThat(kept).isEqualTo(text);
    }

    @Test
    void anotherMediaTypeIsRefused() {
        assertProblem(api.post("/tasks/" + api.createTask() + "/events", "application/xml", "<a/>"), 415);
    }

    @Test
    void aFinishedTaskTakesNoEvent() {
        String id = api.createTask();
        api.publish(id, "{\"type\":\"done\"}");

        assertThat(api.task(id).getString("status")).isEqualTo("completed");
        assertThat(api.task(id).getString("finished")).isNotEmpty();
        assertProblem(api.post("/tasks/" + id + "/events", JSON, "1"), 409);
        assertProblem(api.post("/tasks/" + id + "/events", "text/plain", "x"), 409);
        assertProblem(api.post("/tasks/" + id + "/events", NDJSON, "1"), 409);
    }

    @Test
    void anIdempotencyKeyCountsForItsBodyOnly() {
        String id = api.createTask();
        String path = "/tasks/" + id + "/events";
        String[] key = {"Idempotency-Key", "step 1"};
        HttpResponse<String> first = api.post(path, JSON, "[1,2]", key);

        assertThat(first.statusCode()).isEqualTo(200);
        assertThat(api.post(path, JSON, "[1,2]", key).body()).isEqualTo(first.body());
        assertProblem(api.post(path, JSON, "[1,3]", key), 422);
        assertProblem(api.post(path, JSON, "1", key), 422);
        assertProblem(api.post(path, "text/plain", "1", key), 400);
        assertProblem(api.post(path, NDJSON, "1", key), 400);
        assertThat(api.task(id).getInt("events")).isEqualTo(2);
    }

    @Test
    void ifMatchFencesARestartedProducer() {
        String id = api.createTask();
        String path = "/tasks/" + id + "/events";
        String first = api.publish(id, "1");

        assertThat(api.post(path, JSON, "2", "If-Match", "\"" + first + "\"").statusCode())
                .isEqualTo(200);
        assertProblem(api.post(path, JSON, "3", "If-Match", "\"" + first + "\""), 412);
        assertProblem(api.post(path, "text/plain", "3", "If-Match", "\"" + first + "\""), 412);
        assertProblem(api.post(path, "text/plain", "", "If-Match", "\"" + first + "\""), 412);
        assertProblem(api.post(path, "application/x-ndjson", "\n", "If-Match", "\"" + first + "\""), 412);
        assertProblem(api.post(path, JSON, "3", "If-Match", first), 400);
        assertThat(api.task(id).getInt("events")).isEqualTo(2);
    }

    @Test
    void historyComesInPages() {
        String id = api.createTask();
        api.publish(id, "[1,2,3]");

        JsonObject first = Api.json(api.get("/tasks/" + id + "/events?limit=2"));
        assertThat(first.getJsonArray("events")).hasSize(2);
        assertThat(first.getString("next")).endsWith("-2");
        JsonObject second = Api.json(api.get("/tasks/" + id + "/events?limit=2&after=" + first.getString("next")));
        assertThat(second.getJsonArray("events")).hasSize(1);
        assertThat(second.get("next")).isEqualTo(JsonValue.NULL);
        assertThat(second.getJsonArray("events").getJsonObject(0).getInt("data"))
                .isEqualTo(3);
        assertProblem(api.get("/tasks/" + id + "/events?limit=0"), 400);
        assertProblem(api.get("/tasks/" + id + "/events?after=garbage"), 400);
    }

    @Test
    void aWrongMethodIsAProblemToo() {
        assertProblem(api.send("PATCH", "/tasks/x", JSON, "{}"), 405);
    }

    @Test
    void thePageIsAtTheRoot() {
        HttpResponse<String> page = api.get("/");

        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(page.headers().firstValue("Content-Type").orElse("")).startsWith("text/html");
        assertThat(page.headers().firstValue("Content-Security-Policy").orElse(""))
                .contains("default-src 'none'");
        String tag = page.headers().firstValue("ETag").orElseThrow();
        assertThat(api.get("/", "If-None-Match", tag).statusCode()).isEqualTo(304);
    }

    @Test
    void theRunnerIsServedAsAFile() {
        HttpResponse<String> runner = api.get("/taskstream-run.jar");

        assertThat(runner.statusCode()).isEqualTo(200);
        assertThat(runner.headers().firstValue("Content-Type")).contains("application/java-archive");
        assertThat(runner.body()).startsWith("PK").hasSizeLessThan(60_000);
        String tag = runner.headers().firstValue("ETag").orElseThrow();
        assertThat(api.get("/taskstream-run.jar", "If-None-Match", tag).statusCode())
                .isEqualTo(304);
    }

    /** Payara's HTTP engine refuses some of these before any application sees them; then there is no body at all. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "/WEB-INF/beans.xml",
                "/META-INF/LICENSE",
                "/META-INF",
                "/page/../../WEB-INF/beans.xml",
                "/page/%2e%2e/%2e%2e/web-inf/beans.xml",
                "/..%2fWEB-INF/beans.xml",
                "/page/..%5c..%5cWEB-INF/beans.xml",
                "//WEB-INF/beans.xml",
                "/application.wadl",
                "/error",
                "//tasks"
            })
    void nothingElseOfTheArchiveIsSeen(String path) {
        HttpResponse<String> answer = api.get(path);
        if (answer.statusCode() == 400) {
            assertThat(answer.body()).isEmpty();
        } else if (path.replace("%2e", ".").contains("..")
                && !api.at("").getPath().isEmpty()) {
            // These are outside of the context root, so the server itself answers.
            assertThat(answer.statusCode()).isEqualTo(404);
        } else {
            assertProblem(answer, 404);
        }
    }
}
