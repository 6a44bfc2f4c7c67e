package io.taskstream.ops;

import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/** {@link Health#ready} for servers that have MicroProfile Health; see {@link HealthExtension}. */
@Readiness
public class ReadyCheck implements HealthCheck {

    private final Instance<Health> health;

    @Inject
    public ReadyCheck(Instance<Health> health) {
        this.health = health;
    }

    @Override
    public HealthCheckResponse call() {
        return Responses.of("taskstream ready", health.get().ready());
    }
}
