package io.taskstream.it.ops;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskstream.it.Api;
import io.taskstream.it.OnServer;
import io.taskstream.it.Stalls;
import io.taskstream.it.wire.RawViewer;
import io.taskstream.it.wire.RawViewer.Frame;
import jakarta.json.JsonObject;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Metrics, health, descriptions and draining, on a real server. */
class OperationsIT extends OnServer {

    private static final String TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    private final Api api = Api.underTest();

    @Test
    void metricsTellWhatHappened() {
        String task = api.createTask();
        try (var viewer = RawViewer.open(api.at(""), "/tasks/" + task + "/stream")) {
            viewer.next();
            double before = metric("taskstream_events_received_total");
            api.publish(task, "[1, 2, 3]");
            viewer.next();
            assertThat(metric("taskstream_events_received_total")).isEqualTo(before + 3);
            assertThat(metric("taskstream_viewers")).isPositive();
            assertThat(metric("taskstream_delivery_lag_seconds_count")).isPositive();
            assertThat(metric("taskstream_log_available")).isEqualTo(1);
        }
        double refused = metric("taskstream_requests_refused_total{reason=\"not_found\"}");
        api.get("/tasks/no-such-task");
        assertThat(metric("taskstream_requests_refused_total{reason=\"not_found\"}"))
                .isGreaterThan(refused);
    }

    private double metric(String name) {
        HttpResponse<String> answer = api.get("/metrics");
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Content-Type").orElseThrow().replace(" ", ""))
                .isEqualToIgnoringCase("text/plain;version=0.0.4;charset=utf-8");
        return answer.body()
                .lines()
                .filter(line -> line.startsWith(name + " "))
                .mapToDouble(line -> Double.parseDouble(line.substring(name.length() + 1)))
                .findFirst()
                .orElseThrow(() -> new AssertionError("There is no " + name));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/health", "/health/live", "/health/ready", "/health/started"})
    void healthIsUpInTheWordsOfMicroProfile(String path) {
        HttpResponse<String> answer = api.get(path);
        assertThat(answer.statusCode()).isEqualTo(200);
        JsonObject health = Api.json(answer);
        assertThat(health.getString("status")).isEqualTo("UP");
        assertThat(health.getJsonArray("checks").toString()).containsAnyOf("taskstream", "log", "heartbeats");
    }

    @Test
    void theDoctorCountsEachSecondForAMinute() {
        try (var viewer = RawViewer.open(api.at(""), "/doctor/stream");
                var stalls = new Stalls()) {
            assertThat(viewer.head().fields())
                    .containsEntry("content-type", "text/event-stream")
                    .containsEntry("x-accel-buffering", "no");
            List<Frame> frames = viewer.rest(Duration.ofSeconds(10));
            assertThat(frames).hasSize(61);
            for (int number = 1; number <= 60; number++) {
                Frame frame = frames.get(number);
                assertThat(frame.text()).isEqualTo(": " + number + "\n");
                assertThat((frame.nanos() - viewer.opened()) / 1e9)
                        .as("seconds until number %d came", number)
                        .isBetween(number - 0.2, number + 2.0 + stalls.longestSeconds());
            }
        }
    }

    @Test
    void whoAsksSeesTheTraceOfThePublisher() {
        String task = api.createTask();
        api.post("/tasks/" + task + "/events", "application/json", "1", "traceparent", TRACE);
        api.post("/tasks/" + task + "/events", "application/x-ndjson", "2\n", "traceparent", TRACE);
        api.publish(task, "{\"type\":\"done\"}");
        try (var traced = RawViewer.open(api.at(""), "/tasks/" + task + "/stream?trace=true");
                var plain = RawViewer.open(api.at(""), "/tasks/" + task + "/stream")) {
            List<Frame> frames = traced.rest(Duration.ofSeconds(10));
            assertThat(frames).hasSize(4);
            assertThat(frames.get(1).text()).startsWith(": traceparent " + TRACE + "\nid: ");
            assertThat(frames.get(2).text()).startsWith(": traceparent " + TRACE + "\nid: ");
            assertThat(frames.get(3).text()).startsWith("id: ");
            plain.rest(Duration.ofSeconds(10));
            assertThat(plain.body()).doesNotContain("traceparent");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/openapi.yaml", "/asyncapi.yaml"})
    void theDescriptionsAreServed(String path) {
        HttpResponse<String> answer = api.get(path);
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Content-Type")).contains("application/yaml");
        assertThat(answer.body()).containsPattern("(?m)^(openapi: 3\\.1\\.0|asyncapi: 3\\.0\\.0)$");
    }
}
