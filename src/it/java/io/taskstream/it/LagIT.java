package io.taskstream.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskstream.it.server.Server;
import io.taskstream.it.server.ServerOptions;
import io.taskstream.it.wire.RawViewer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A viewer that falls behind its task's log, on a separate server that keeps few events. */
@Tag("own")
class LagIT {

    private static final int KEPT = 100;

    /** 20 MB, far more than the system and the server buffer for a connection. */
    private static final int EVENTS = 20_000;

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final String name = System.getProperty("it.server");

    @Test
    void isToldExactlyHowManyEventsItMissedAndGoesOn() throws IOException {
        var options = ServerOptions.in(Path.of("target", "it", name + "-lag"))
                .with("taskstream.log.engine", "memory")
                .with("taskstream.log.events", Integer.toString(KEPT));
        try (Server server = Server.create(name, options)) {
            server.start();
            server.deploy(Path.of(System.getProperty("it.war")));
            var api = new Api(server.url());
            String task = api.createTask();
            try (var viewer = RawViewer.openPaused(server.url(), "/tasks/" + task + "/stream", 4096)) {
                NumberedEvents.publish(server.url(), task, EVENTS, sent -> {});
                api.publish(task, "{\"type\":\"done\"}");
                viewer.resume();
                long missing = NumberedEvents.missingOf(EVENTS, viewer.rest(PATIENCE));
                System.out.printf("%s: a viewer that read nothing missed %,d of %,d events%n", name, missing, EVENTS);
                assertThat(missing).isPositive().isLessThan(EVENTS);
            }
        }
    }
}
