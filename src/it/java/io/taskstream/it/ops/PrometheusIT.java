package io.taskstream.it.ops;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskstream.it.Api;
import io.taskstream.it.MainlyOn;
import io.taskstream.it.OnServer;
import io.taskstream.it.server.Await;
import io.taskstream.it.server.Command;
import io.taskstream.it.wire.RawViewer;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The dashboard and alert rules work with a real server's metrics. */
@MainlyOn("payara")
class PrometheusIT extends OnServer {

    private static final Path MONITORING = Path.of(System.getProperty("it.config"), "monitoring");
    private static final Path RULES = MONITORING.resolve("taskstream-alerts.yaml");
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Api api = Api.underTest();

    @TempDir
    private Path directory;

    @Test
    void theRulesAreWhatPrometheusTakes() {
        assertThat(Command.of("promtool", "check", "rules", RULES.toString()).run())
                .contains("SUCCESS");
    }

    @Test
    void everyExpressionOfTheDashboardAndTheAlertsIsEvaluatedOnLiveData() throws IOException {
        String task = api.createTask();
        try (var prometheus = new Prometheus(directory, RULES, api.at(""));
                var viewer = RawViewer.open(api.at(""), "/tasks/" + task + "/stream")) {
            Await.until("it scrapes", PATIENCE, () -> hasResult(prometheus, "up == 1"));
            api.publish(task, "[1, 2, 3]");
            viewer.next();
            Await.until(
                    "the events are counted",
                    PATIENCE,
                    () -> hasResult(prometheus, "rate(taskstream_events_sent_total[1m]) > 0"));

            assertThat(dashboard()).hasSizeGreaterThan(20);
            List<String> empty = new ArrayList<>();
            for (String expression : dashboard()) {
                if (!hasResult(prometheus, expression)) {
                    empty.add(expression);
                }
            }
            assertThat(empty).as("expressions without a result").isEmpty();

            Await.until(
                    "each rule was evaluated",
                    PATIENCE,
                    () -> prometheus.rules().getValuesAs(JsonObject.class).stream()
                            .noneMatch(rule -> rule.getString("health").equals("unknown")));
            assertThat(prometheus.rules().getValuesAs(JsonObject.class))
                    .hasSizeGreaterThan(5)
                    .allSatisfy(rule -> assertThat(rule.getString("health")).isEqualTo("ok"))
                    .allSatisfy(rule -> assertThat(rule.getString("state")).isEqualTo("inactive"));
        }
    }

    private static boolean hasResult(Prometheus prometheus, String expression) {
        return !prometheus.query(expression).isEmpty();
    }

    /** The expressions of all panels, with Grafana's variables filled in. */
    private static List<String> dashboard() throws IOException {
        try (JsonReader reader =
                Json.createReader(Files.newBufferedReader(MONITORING.resolve("taskstream-dashboard.json")))) {
            return reader.readObject().getJsonArray("panels").getValuesAs(JsonObject.class).stream()
                    .filter(panel -> panel.containsKey("targets"))
                    .flatMap(panel -> panel.getJsonArray("targets").getValuesAs(JsonObject.class).stream())
                    .map(target -> target.getString("expr")
                            .replace("$job", ".*")
                            .replace("$instance", ".*")
                            .replace("$__rate_interval", "1m"))
                    .toList();
        }
    }
}
