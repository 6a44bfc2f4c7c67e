package io.taskstream.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskstream.it.server.Server;
import io.taskstream.it.server.ServerOptions;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What {@code server-config} sets on a server with default settings, and restores. */
class ServerConfigIT {

    /**
     * Payara adds these lines when its OpenAPI is first configured. No command removes them, and without them it behaves
     * the same.
     */
    private static final Set<String> PAYARAS_DEFAULTS = Stream.of(
                    "cors-headers=false",
                    "endpoint=openapi",
                    "roles=microprofile",
                    "enabled=true",
                    "security-enabled=false")
            .map(line -> "configs.config.server-config.microprofile-openapi-configuration." + line)
            .collect(Collectors.toUnmodifiableSet());

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
            assertThat(server.configuration())
                    .filteredOn(line -> !PAYARAS_DEFAULTS.contains(line))
                    .isEqualTo(asItComes);
        }
    }
}
