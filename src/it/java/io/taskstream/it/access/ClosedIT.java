package io.taskstream.it.access;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.taskstream.it.Api;
import io.taskstream.it.server.Await;
import io.taskstream.it.server.Server;
import io.taskstream.it.server.ServerOptions;
import io.taskstream.it.wire.RawConnection;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** A server without an access setting. */
class ClosedIT {

    private static final int HEADER_BYTES = 4_096;

    private static final String[] PREFLIGHT = {"Origin", GuardedServer.FRIEND, "Access-Control-Request-Method", "GET"};

    /** Bypass attempts; the container refuses some before the application sees them, each with its own status. */
    private static final List<String> STRANGE = List.of(
            "GET /health/../tasks",
            "GET /health/%2e%2e/tasks",
            "GET /health%2f..%2ftasks",
            "GET /health;x/..;y/tasks",
            "GET /health/x",
            "GET //tasks",
            "GET /./tasks",
            "GET /\\tasks",
            "GET /tasks%00",
            "GET http://elsewhere.example/tasks",
            "HEAD /tasks",
            "TRACE /tasks",
            "BREW /tasks",
            "get /tasks");

    private static final Predicate<String> REFUSED =
            Pattern.compile("^HTTP/1\\.1 (400|401|404|405|501) ").asPredicate();

    /** Payara has its own health application there, which answers under any path below. */
    private static final Predicate<String> HEALTH = Pattern.compile(
                    "\r\n\r\n\\{\"status\":\"UP\",\"checks\":\\[[^]]*]}$")
            .asPredicate();

    private final String name = System.getProperty("it.server");

    @Test
    void everyRequestButHealthIsRefusedAndTheLogSaysWhichSettingIsMissing() throws IOException {
        var options = new ServerOptions(
                Path.of(System.getProperty("it.java", System.getProperty("java.home"))),
                Path.of("target", "it", name + "-closed"),
                "512m",
                Map.of(
                        "taskstream.server.configured",
                        "true",
                        "taskstream.cors.origins",
                        GuardedServer.FRIEND,
                        "taskstream.limit.header-bytes",
                        Integer.toString(HEADER_BYTES)));
        try (Server server = Server.create(name, options)) {
            server.start();
            server.deploy(Path.of(System.getProperty("it.war")));
            Api api = new Api(server.url());
            Await.until("it answers", Duration.ofSeconds(60), () -> api.get("/").statusCode() != 404);
            for (String path : List.of(
                    "/",
                    "/tasks",
                    "/tasks/t",
                    "/tasks/t/stream",
                    "/metrics",
                    "/no-such-path",
                    "/error",
                    "/error/cookie")) {
                assertThat(api.get(path).statusCode()).as(path).isEqualTo(401);
                assertThat(api.get(path, "Authorization", "Bearer a.b.c").statusCode())
                        .as(path)
                        .isEqualTo(401);
            }
            assertThat(api.send("PUT", "/tasks/t", null, "").statusCode()).isEqualTo(401);
            assertThat(api.get("/tasks", "X-Large", "x".repeat(HEADER_BYTES)).statusCode())
                    .isEqualTo(401);
            assertThat(api.send("OPTIONS", "/tasks", null, "", PREFLIGHT).statusCode())
                    .isEqualTo(401);
            for (String health : List.of("", "/", "/live", "/ready", "/started")) {
                assertThat(api.get("/health" + health).statusCode()).as(health).isEqualTo(200);
            }
            for (String request : STRANGE) {
                String answer = RawConnection.exchange(server.url(), head(request));
                assertThat(answer).as(request).matches(REFUSED.or(HEALTH), "refused, or nothing but health");
            }
            assertThat(RawConnection.exchange(server.url(), head("GET /%zz")))
                    .as("Payara itself answers this with 200 and nothing, with or without an application")
                    .satisfiesAnyOf(
                            answer -> assertThat(answer).startsWith("HTTP/1.1 40"),
                            answer -> assertThat(answer)
                                    .startsWith("HTTP/1.1 200")
                                    .endsWith("\r\n\r\n"));
            assertThat(Files.readString(server.log())).contains("taskstream.access");
        }
    }

    private static byte[] head(String request) {
        return (request + " HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n").getBytes(US_ASCII);
    }
}
