package io.taskstream.ops;

import jakarta.inject.Inject;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Startup;

/** {@link Health#started} for servers that have MicroProfile Health; see {@link HealthExtension}. */
@Startup
public class StartedCheck implements HealthCheck {

    private final HealthExtension health;

    @Inject
    public StartedCheck(HealthExtension health) {
        this.health = health;
    }

    @Override
    public HealthCheckResponse call() {
        return Responses.of("taskstream started", health.ask(Health::started));
    }
}
