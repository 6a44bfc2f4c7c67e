package io.taskstream.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskstream.it.SpanCollector.Exported;
import io.taskstream.it.server.Await;
import io.taskstream.it.server.Server;
import io.taskstream.it.server.ServerOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The servers' own OpenTelemetry, configured as documented, exports the calls to a collector. */
@Tag("own")
class OpenTelemetryIT {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
    private static final String CALLER = "00f067aa0ba902b7";
    private static final String TRACEPARENT = "00-" + TRACE + "-" + CALLER + "-01";

    private final String name = System.getProperty("it.server");

    @TempDir
    private Path directory;

    @Test
    void callsAreSpansBelowTheCallersOwn() throws IOException {
        String script = DocsPage.of("src/docs/operations.md")
                .script(name.equals("wildfly") ? "embed-server" : "create-jvm-options");
        try (var collector = new SpanCollector();
                Server server = Server.create(name, ServerOptions.in(Path.of("target", "it", name + "-telemetry")))) {
            assertThat(script).contains("4317");
            server.run(Files.writeString(
                    directory.resolve("script"), script.replace("4317", Integer.toString(collector.port()))));
            server.start();
            server.deploy(Path.of(System.getProperty("it.war")));
            Api api = new Api(server.url());
            Await.until("it answers", PATIENCE, () -> api.get("/").statusCode() == 200);

            assertThat(api.send("PUT", "/tasks/traced", null, "", "traceparent", TRACEPARENT)
                            .statusCode())
                    .isEqualTo(201);
            assertThat(api.post("/tasks/traced/events", "text/plain", "a line\n", "traceparent", TRACEPARENT)
                            .statusCode())
                    .isEqualTo(200);
            awaitSpan(collector, "PUT");
            awaitSpan(collector, "POST");
        }
    }

    private static void awaitSpan(SpanCollector collector, String method) {
        Await.until(
                "the " + method + " is exported",
                PATIENCE,
                () -> collector.exported().stream()
                        .anyMatch(new Exported("taskstream", method, TRACE, CALLER)::equals));
    }
}
