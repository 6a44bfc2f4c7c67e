package io.taskstream.it.ops;

import io.taskstream.it.Api;
import io.taskstream.it.server.Await;
import io.taskstream.it.server.Command;
import io.taskstream.it.server.Ports;
import jakarta.json.JsonArray;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** A real Prometheus, as Debian packages it, that scrapes one server each second and evaluates the project's own alert rules. */
final class Prometheus implements AutoCloseable {

    private static final String SETTINGS = """
            global: {scrape_interval: 1s, evaluation_interval: 1s}
            rule_files: ['%s']
            scrape_configs: [{job_name: taskstream, static_configs: [{targets: ['%s']}]}]
            """;

    private final Process process;
    private final Api api;

    /**
     * Starts it on a free port of the loopback interface, and waits until it is ready.
     *
     * @param directory for its own files
     */
    Prometheus(Path directory, Path rules, URI server) {
        int port = Ports.free();
        try {
            Path settings = Files.writeString(
                    directory.resolve("prometheus.yaml"),
                    SETTINGS.formatted(rules.toAbsolutePath(), server.getAuthority()));
            process = Command.of(
                            "prometheus",
                            "--config.file=" + settings,
                            "--storage.tsdb.path=" + directory.resolve("data"),
                            "--web.listen-address=127.0.0.1:" + port)
                    .start(directory.resolve("prometheus.log"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly, "stop-prometheus"));
        Await.until("Prometheus listens", Duration.ofSeconds(30), () -> Ports.answers(port));
        api = new Api(URI.create("http://127.0.0.1:" + port));
        Await.until(
                "Prometheus is ready",
                Duration.ofSeconds(30),
                () -> api.get("/-/ready").statusCode() == 200);
    }

    /**
     * The current value of an expression, one element for each series.
     *
     * @throws AssertionError if Prometheus does not take it
     */
    JsonArray query(String expression) {
        HttpResponse<String> answer =
                api.get("/api/v1/query?query=" + URLEncoder.encode(expression, StandardCharsets.UTF_8));
        if (answer.statusCode() != 200) {
            throw new AssertionError(expression + ": " + answer.body());
        }
        return Api.json(answer).getJsonObject("data").getJsonArray("result");
    }

    /** All rules with their health. */
    JsonArray rules() {
        JsonArray groups =
                Api.json(api.get("/api/v1/rules")).getJsonObject("data").getJsonArray("groups");
        return groups.getValuesAs(JsonObject.class).get(0).getJsonArray("rules");
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
