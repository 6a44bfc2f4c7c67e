package io.taskstream.ops;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.spi.BeforeBeanDiscovery;
import jakarta.enterprise.inject.spi.Extension;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Gives the server's MicroProfile Health our checks, if it has one. They can't be beans by annotation: a server without
 * that API, such as WildFly's standalone.xml, would log a stack trace for each.
 */
public class HealthExtension implements Extension {

    private volatile @Nullable Health health;

    /** The checks tell of this from now on. It is not injected into them: Payara lets them see no bean but this one. */
    public void serve(Health newHealth) {
        health = newHealth;
    }

    /** What these checks find; before there is an application, that it has not started. */
    List<Health.Check> ask(Function<Health, List<Health.Check>> question) {
        Health asked = health;
        return asked == null
                ? List.of(new Health.Check("taskstream", "Taskstream has not started"))
                : question.apply(asked);
    }

    void addChecks(@Observes BeforeBeanDiscovery discovery) {
        if (!isThere("org.eclipse.microprofile.health.HealthCheck")) {
            return;
        }
        for (Class<?> check : List.of(LiveCheck.class, ReadyCheck.class, StartedCheck.class)) {
            discovery.addAnnotatedType(check, check.getName()).add(ApplicationScoped.Literal.INSTANCE);
        }
    }

    private static boolean isThere(String type) {
        try {
            Class.forName(type, false, HealthExtension.class.getClassLoader());
            return true;
        } catch (ClassNotFoundException e) {
            return false;
        }
    }
}
