package io.taskstream.it;

import static io.taskstream.it.Api.assertProblem;
import static org.assertj.core.api.Assertions.assertThat;

import io.taskstream.it.wire.RawConnection;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Unusual request heads: the headers for content negotiation, and the path. */
@Tag("contract")
class RequestHeadIT extends OnServer {

    private static final String JSON = "application/json";

    private final Api api = Api.underTest();

    /** The first is what Java's HttpURLConnection sent by default for twenty years. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2",
                "*",
                "garbage",
                ";",
                ",,",
                "a/b/c",
                "text/plain;q=abc",
                "text/plain;q",
                "*/*;q=2",
                "text/html;q=.5, application/json;q=.9999",
                "image/webp, application/json;q=0.5;v=b3, nonsense"
            })
    void ofAnAcceptIsTakenWhatCanBeRead(String accept) {
        String task = "/tasks/" + api.createTask();

        assertThat(api.get("/tasks", "Accept", accept).statusCode()).isEqualTo(200);
        assertThat(api.get(task, "Accept", accept).statusCode()).isEqualTo(200);
        assertThat(api.post(task + "/events", JSON, "1", "Accept", accept).statusCode())
                .isEqualTo(200);
        assertProblem(api.get("/tasks/none", "Accept", accept), 404);
        assertThat(api.get("/openapi.yaml", "Accept", accept + ", */*;q=0.1").statusCode())
                .isEqualTo(200);
        assertThat(api.get("/", "Accept", accept + ", */*;q=0.1").statusCode()).isEqualTo(200);
    }

    @Test
    void whereNothingFitsTheAcceptTheAnswerIs406() {
        assertProblem(api.get("/tasks", "Accept", "text/html, nonsense"), 406);
        assertProblem(api.get("/tasks", "Accept", "text/html;q=.2, application/json;q=2"), 406);
    }

    @ParameterizedTest
    @ValueSource(strings = {";;", "xx;q=abc", "*", "de-DE-u-co-phonebk", "zh-Hant-TW-x-private;q=5"})
    void noLanguageIsAMistake(String languages) {
        assertThat(api.get("/tasks", "Accept-Language", languages).statusCode()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"garbage", ";", "/", "text/", "application/json; charset"})
    void aContentTypeThatCantBeReadIsNone(String type) {
        String task = "/tasks/" + api.createTask();

        assertThat(api.get(task, "Content-Type", type).statusCode()).isEqualTo(200);
        assertProblem(api.post("/tasks", type, "{}"), 415);
    }

    @ParameterizedTest
    @ValueSource(strings = {"text/plain;", "text/plain ; ; charset=utf-8", "text/plain;;"})
    void aContentTypeMayHaveEmptyParameters(String type) {
        String task = "/tasks/" + api.createTask();

        assertThat(api.post(task + "/events", type, "a\n").statusCode()).isEqualTo(200);
        assertThat(api.send("PUT", task + "/uploads/u", type, "").statusCode()).isEqualTo(201);
        assertThat(api.post("/tasks", type.replace("text/plain", JSON), "{}").statusCode())
                .isEqualTo(201);
    }

    /** Payara takes at most 8 KiB of a head. */
    @Test
    void aQueryHasRoomForTheLongestTextToSearchFor() {
        String path = "/tasks/" + api.createTask() + "/search?q=" + "%E2%82%AC".repeat(1_000);

        int status = api.get(path).statusCode();

        System.out.println("The longest search on " + System.getProperty("it.server") + " is answered " + status);
        assertThat(status)
                .isIn(
                        System.getProperty("it.server").startsWith("payara")
                                ? List.of(200, 400, 414, 431)
                                : List.of(200));
    }

    @ParameterizedTest
    @ValueSource(strings = {".", ".."})
    void noTaskHasAnIdThatClientsRemoveFromAPath(String id) throws IOException {
        assertProblem(api.post("/tasks", JSON, "{\"id\":\"" + id + "\"}"), 400);
        assertThat(statusOf("PUT", "/tasks/" + id.replace(".", "%2e"))).isEqualTo(400);
        assertThat(statusOf("PUT", "/tasks/" + id.replace(".", "%2E"))).isEqualTo(400);
        assertThat(statusOf("GET", "/tasks/" + id.replace(".", "%2e"))).isEqualTo(404);
        assertThat(statusOf("GET", "/tasks/" + id.replace(".", "%2e") + "/events"))
                .isEqualTo(404);
    }

    /**
     * Two dots that are not escaped are resolved by Grizzly itself. For a path that ends in a dot it wants room for one
     * more byte than the path has, and where there is none Payara answers an empty 200 before any application is asked.
     */
    @Test
    void aSingleDotAsItIsIsNoTaskEither() throws IOException {
        assertThat(statusOf("PUT", "/tasks/."))
                .isIn(System.getProperty("it.server").startsWith("payara") ? List.of(200, 400) : List.of(400));
        assertThat(api.get("/tasks?limit=1000").body()).doesNotContain("\"id\":\".\"");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/tasks/a;b=c",
                "/tasks/a;",
                "/tasks;x/a",
                "/tasks/a;jsessionid=1",
                "/tasks/a%3bb=c",
                "/tasks/a%3B"
            })
    void aPathHasNoParameters(String path) throws IOException {
        assertThat(statusOf("PUT", path)).isEqualTo(400);
        assertThat(statusOf("GET", path)).isEqualTo(path.contains("%3") ? 404 : 400);
    }

    @Test
    void neitherHaveTheOtherPaths() throws IOException {
        String task = api.createTask();
        for (String path : List.of("/tasks/" + task + "/stream;x", "/tasks/" + task + ";x/events", "/page/app.js;x")) {
            assertThat(statusOf("GET", path)).as(path).isEqualTo(400);
        }
    }

    /** Unchanged; clients that normalize URIs would change it. */
    private int statusOf(String method, String path) throws IOException {
        try (var connection = new RawConnection(api.at(""), 0)) {
            connection.send(method + " " + api.at(path).getRawPath()
                    + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
            return connection.readHead().code();
        }
    }
}
