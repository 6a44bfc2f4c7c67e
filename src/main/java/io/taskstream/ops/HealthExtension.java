package io.taskstream.ops;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.spi.BeforeBeanDiscovery;
import jakarta.enterprise.inject.spi.Extension;
import jakarta.inject.Inject;
import java.util.List;
import java.util.function.Function;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Liveness;
import org.eclipse.microprofile.health.Readiness;
import org.eclipse.microprofile.health.Startup;
import org.jspecify.annotations.Nullable;

/**
 * Registers our checks with the server's MicroProfile Health, if it has one. They cannot be beans by annotation: a server
 * without that API, such as WildFly with {@code standalone.xml}, would log a stack trace for each.
 */
public class HealthExtension implements Extension {

    private volatile @Nullable Health health;
    private volatile String suffix = "";

    /**
     * Sets what the checks report from now on. It is not injected into them: on Payara they see no bean but this one.
     *
     * @param contextRoot added to the names of the checks: the server shows those of all its deployments
     */
    public void serve(Health newHealth, String contextRoot) {
        suffix = contextRoot.isEmpty() ? "" : ' ' + contextRoot;
        health = newHealth;
    }

    /** Returns the results of these checks; before the application has started, one that says so. */
    List<Health.Check> ask(Function<Health, List<Health.Check>> question) {
        Health asked = health;
        return asked == null
                ? List.of(new Health.Check("taskstream", "Taskstream has not started"))
                : question.apply(asked);
    }

    /** Returns the name of a check. It is a method, because the checks have a proxy of this bean, without its fields. */
    String named(String check) {
        return check + suffix;
    }

    void addChecks(@Observes BeforeBeanDiscovery discovery) {
        if (!isAvailable("org.eclipse.microprofile.health.HealthCheck")) {
            return;
        }
        for (Class<?> check : List.of(LiveCheck.class, ReadyCheck.class, StartedCheck.class)) {
            discovery.addAnnotatedType(check, check.getName()).add(ApplicationScoped.Literal.INSTANCE);
        }
    }

    private static boolean isAvailable(String type) {
        try {
            Class.forName(type, false, HealthExtension.class.getClassLoader());
            return true;
        } catch (ClassNotFoundException e) {
            return false;
        }
    }

    /** A check for the server. It is a class of its own, because a server without the API loads the extension, too. */
    abstract static class ServerCheck implements HealthCheck {

        private final String name;
        private final HealthExtension health;
        private final Function<Health, List<Health.Check>> question;

        ServerCheck(String name, HealthExtension health, Function<Health, List<Health.Check>> question) {
            this.name = name;
            this.health = health;
            this.question = question;
        }

        @Override
        public HealthCheckResponse call() {
            List<Health.Check> checks = health.ask(question);
            HealthCheckResponseBuilder response = HealthCheckResponse.named(health.named(name));
            checks.stream()
                    .filter(check -> !check.isUp())
                    .forEach(check -> response.withData(check.name(), check.detail()));
            return response.status(checks.stream().allMatch(Health.Check::isUp)).build();
        }
    }

    /** {@link Health#live} for the server. */
    @Liveness
    public static class LiveCheck extends ServerCheck {

        @Inject
        public LiveCheck(HealthExtension health) {
            super("taskstream live", health, Health::live);
        }
    }

    /** {@link Health#ready} for the server. */
    @Readiness
    public static class ReadyCheck extends ServerCheck {

        @Inject
        public ReadyCheck(HealthExtension health) {
            super("taskstream ready", health, Health::ready);
        }
    }

    /** {@link Health#started} for the server. */
    @Startup
    public static class StartedCheck extends ServerCheck {

        @Inject
        public StartedCheck(HealthExtension health) {
            super("taskstream started", health, Health::started);
        }
    }
}
