package io.taskstream.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskstream.it.server.Server;
import io.taskstream.it.server.ServerOptions;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What {@code server-config} sets on a server as it comes, and takes back. */
@Tag("once")
class ServerConfigIT {

    private final String name = System.getProperty("it.server");

    @Test
    void restoreLeavesNothingOfWhatConfigureHasSet() {
        try (Server server = Server.asItComes(name, ServerOptions.in(Path.of("target", "it", name + "-config")))) {
            server.openForScripts();
            List<String> asItComes = server.configuration();
            server.apply("configure");
            List<String> configured = server.configuration();
            assertThat(configured).isNotEqualTo(asItComes);

            server.apply("configure");
            assertThat(server.configuration()).isEqualTo(configured);

            server.apply("restore");
            assertThat(server.configuration()).isEqualTo(asItComes);
        }
    }
}
