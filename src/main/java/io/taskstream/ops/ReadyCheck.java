package io.taskstream.ops;

import jakarta.inject.Inject;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/** {@link Health#ready} for servers that have MicroProfile Health; see {@link HealthExtension}. */
@Readiness
public class ReadyCheck implements HealthCheck {

    private final HealthExtension health;

    @Inject
    public ReadyCheck(HealthExtension health) {
        this.health = health;
    }

    @Override
    public HealthCheckResponse call() {
        return Responses.of("taskstream ready", health.ask(Health::ready));
    }
}
