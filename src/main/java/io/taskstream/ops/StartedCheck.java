package io.taskstream.ops;

import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Startup;

/** {@link Health#started} for servers that have MicroProfile Health; see {@link HealthExtension}. */
@Startup
public class StartedCheck implements HealthCheck {

    private final Instance<Health> health;

    @Inject
    public StartedCheck(Instance<Health> health) {
        this.health = health;
    }

    @Override
    public HealthCheckResponse call() {
        return Responses.of("taskstream started", health.get().started());
    }
}
