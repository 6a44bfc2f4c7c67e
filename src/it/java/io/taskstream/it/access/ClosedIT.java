package io.taskstream.it.access;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskstream.it.Api;
import io.taskstream.it.server.Await;
import io.taskstream.it.server.Server;
import io.taskstream.it.server.ServerOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A server on which nobody has said who may come in. */
@Tag("once")
class ClosedIT {

    private final String name = System.getProperty("it.server");

    @Test
    void everyRequestButHealthIsRefusedAndTheLogSaysWhichSettingIsMissing() throws IOException {
        var options = new ServerOptions(
                Path.of(System.getProperty("it.java", System.getProperty("java.home"))),
                Path.of("target", "it", name + "-closed"),
                "512m",
                Map.of("taskstream.server.configured", "true"));
        try (Server server = Server.create(name, options)) {
            server.start();
            server.deploy(Path.of(System.getProperty("it.war")));
            Api api = new Api(server.url());
            Await.until("it answers", Duration.ofSeconds(60), () -> api.get("/").statusCode() != 404);
            for (String path : List.of("/", "/tasks", "/tasks/t", "/tasks/t/stream", "/metrics", "/no-such-path")) {
                assertThat(api.get(path).statusCode()).as(path).isEqualTo(401);
                assertThat(api.get(path, "Authorization", "Bearer a.b.c").statusCode())
                        .as(path)
                        .isEqualTo(401);
            }
            assertThat(api.send("PUT", "/tasks/t", null, "").statusCode()).isEqualTo(401);
            assertThat(api.get("/health").statusCode()).isEqualTo(200);
            assertThat(Files.readString(server.log())).contains("taskstream.access");
        }
    }
}
