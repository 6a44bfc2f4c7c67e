package io.taskstream.ops;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import jakarta.json.Json;
import jakarta.json.JsonReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.Yaml;

/** The dashboard and the alert rules name only metrics that exist. */
class MonitoringTest {

    private static final Path DASHBOARD = Path.of("server-config/monitoring/taskstream-dashboard.json");
    private static final Path ALERTS = Path.of("server-config/monitoring/taskstream-alerts.yaml");
    private static final Pattern NAME = Pattern.compile("\\btaskstream_[a-z_]+");

    private final Set<String> existing = new OpsFixture()
            .scrape()
            .lines()
            .filter(line -> !line.startsWith("# HELP"))
            .map(line -> line.replace("# TYPE ", "").split("[ {]", -1)[0])
            .collect(Collectors.toSet());

    @Test
    void theDashboardNamesOnlyMetricsThatExistAndMostOfThem() throws IOException {
        Set<String> named = namesIn(Files.readString(DASHBOARD));
        assertThat(existing).containsAll(named);
        assertThat(named).hasSizeGreaterThan(existing.size() / 3);
    }

    @Test
    void theDashboardIsJson() throws IOException {
        try (JsonReader reader = Json.createReader(Files.newBufferedReader(DASHBOARD))) {
            assertThat(reader.readObject().getJsonArray("panels")).hasSizeGreaterThan(8);
        }
    }

    @Test
    void theAlertsNameOnlyMetricsThatExist() throws IOException {
        Set<String> named = namesIn(Files.readString(ALERTS));
        assertThat(named).isNotEmpty();
        assertThat(existing).containsAll(named);
    }

    @Test
    @SuppressWarnings("unchecked")
    void everyAlertSaysWhatItMeansAndWhatToDo() throws IOException {
        Map<String, Object> file = new Yaml().load(Files.readString(ALERTS));
        for (Map<String, Object> group : (List<Map<String, Object>>) requireNonNull(file.get("groups"))) {
            for (Map<String, Object> rule : (List<Map<String, Object>>) requireNonNull(group.get("rules"))) {
                assertThat(rule).containsKeys("alert", "expr", "for", "labels");
                assertThat((Map<String, Object>) rule.get("annotations")).containsKeys("summary", "description");
            }
        }
    }

    private static Set<String> namesIn(String text) {
        Set<String> names = new TreeSet<>();
        Matcher matcher = NAME.matcher(text);
        while (matcher.find()) {
            names.add(matcher.group());
        }
        return names;
    }
}
