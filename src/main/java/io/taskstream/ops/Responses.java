package io.taskstream.ops;

import java.util.List;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;

/** Says to MicroProfile Health what was found. */
final class Responses {

    private Responses() {}

    static HealthCheckResponse of(String name, List<Health.Check> checks) {
        HealthCheckResponseBuilder response = HealthCheckResponse.named(name);
        checks.stream()
                .filter(check -> !check.isUp())
                .forEach(check -> response.withData(check.name(), check.detail()));
        return response.status(checks.stream().allMatch(Health.Check::isUp)).build();
    }
}
