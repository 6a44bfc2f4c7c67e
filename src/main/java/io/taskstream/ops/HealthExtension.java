package io.taskstream.ops;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.spi.BeforeBeanDiscovery;
import jakarta.enterprise.inject.spi.Extension;
import java.util.List;

/**
 * Gives the server's MicroProfile Health our checks, if it has one. They can't be beans by annotation: a server without
 * that API, such as WildFly's standalone.xml, would log a stack trace for each.
 */
public class HealthExtension implements Extension {

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
