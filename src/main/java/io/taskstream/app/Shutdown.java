package io.taskstream.app;

import static java.util.Objects.requireNonNull;

import jakarta.inject.Inject;
import jakarta.servlet.ServletContextEvent;
import jakarta.servlet.ServletContextListener;
import jakarta.servlet.annotation.WebListener;
import org.jspecify.annotations.Nullable;

/**
 * Stops the application while its classes can still be loaded. When Payara calls {@code @PreDestroy}, it has closed the
 * class loader already: what has not been used before is missing then, and the log stays open.
 */
@WebListener
public class Shutdown implements ServletContextListener {

    @Inject
    private @Nullable Taskstream taskstream;

    @Override
    public void contextDestroyed(ServletContextEvent event) {
        requireNonNull(taskstream).stop();
    }
}
