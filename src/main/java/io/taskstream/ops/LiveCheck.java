package io.taskstream.ops;

import jakarta.inject.Inject;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Liveness;

/** {@link Health#live} for servers that have MicroProfile Health; see {@link HealthExtension}. */
@Liveness
public class LiveCheck implements HealthCheck {

    private final HealthExtension health;

    @Inject
    public LiveCheck(HealthExtension health) {
        this.health = health;
    }

    @Override
    public HealthCheckResponse call() {
        return Responses.of("taskstream live", health.ask(Health::live));
    }
}
