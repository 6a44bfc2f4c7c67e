package io.taskstream.it;

import static org.assertj.core.api.Assertions.assertThat;

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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a task's text has where: the search through it, and its lines. */
@Tag("contract")
class SearchIT extends OnServer {

    private final Api api = Api.underTest();

    @Test
    void aHitTellsWhereItIs() {
        String task = api.createTask();
        api.publish(task, LogIT.delta("one\r\nan \u001b[31mEr"));
        String second = api.publish(task, LogIT.delta("ror\u001b[0m and error\n"));
        api.publish(task, "{\"type\":\"done\"}");

        JsonObject found = search(api, task, "q=error");
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
        assertThat(search(api, LogIT.publishBuild(api), query).getJsonArray("hits"))
                .hasSize(hits);
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
        api.publish(task, LogIT.delta("one\ntw"));
        api.publish(task, LogIT.delta("o\nthree"));
        api.publish(task, "7");
        api.publish(task, LogIT.delta("five\n"));
        api.publish(task, "{\"type\":\"done\"}");

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
            JsonObject page = search(api, task, "q=needle&limit=5" + next);
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

    static JsonObject search(Api api, String task, String query) {
        HttpResponse<String> answer = api.get("/tasks/" + task + "/search?" + query);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return Api.json(answer);
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
