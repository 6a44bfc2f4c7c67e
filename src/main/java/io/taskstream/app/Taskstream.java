package io.taskstream.app;

import static java.util.Objects.requireNonNull;

import io.taskstream.access.AccessControl;
import io.taskstream.http.body.UnreadBodyFilter;
import io.taskstream.http.filter.WebsiteFilter;
import io.taskstream.ops.HealthExtension;
import jakarta.annotation.PreDestroy;
import jakarta.annotation.Resource;
import jakarta.enterprise.concurrent.ManagedExecutorService;
import jakarta.enterprise.concurrent.ManagedScheduledExecutorService;
import jakarta.enterprise.concurrent.ManagedThreadFactory;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.context.Initialized;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletContextEvent;
import jakarta.servlet.ServletContextListener;
import jakarta.servlet.annotation.WebListener;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Set;
import org.eclipse.microprofile.config.Config;
import org.eclipse.microprofile.config.ConfigProvider;
import org.jspecify.annotations.Nullable;

/** Builds the application when it is deployed, so that an invalid setting makes the deployment fail, and closes it again. */
@ApplicationScoped
public class Taskstream {

    private static final Logger LOG = System.getLogger(Taskstream.class.getName());

    @Resource(lookup = "java:comp/DefaultManagedExecutorService")
    private @Nullable ManagedExecutorService executor;

    @Resource(lookup = "java:comp/DefaultManagedScheduledExecutorService")
    private @Nullable ManagedScheduledExecutorService scheduler;

    @Resource(lookup = "java:comp/DefaultManagedThreadFactory")
    private @Nullable ManagedThreadFactory threads;

    private @Nullable ApplicationGraph graph;

    @Inject
    private @Nullable HealthExtension healthChecks;

    void start(@Observes @Initialized(ApplicationScoped.class) ServletContext context) {
        Config config = ConfigProvider.getConfig();
        Settings settings = Settings.read(new SettingReader(
                key -> config.getOptionalValue(key, String.class).orElse(null)));
        if (settings.access().mode() == AccessControl.Mode.CLOSED) {
            LOG.log(
                    Level.WARNING,
                    "The setting taskstream.access is missing, so every request but health is refused with 401. Set it to"
                            + " tokens and say where they are, or to open, which lets anybody do anything");
        }
        warnOfUnboundedServer(context.getServerInfo(), config);
        ApplicationGraph built = ApplicationGraph.build(
                settings, requireNonNull(executor), requireNonNull(scheduler), requireNonNull(threads));
        graph = built;
        UnreadBodyFilter.setKeepAlive(context, settings.keepAlive());
        WebsiteFilter.setCheck(context, built.websites());
        requireNonNull(healthChecks).serve(built.health(), context.getContextPath());
        LOG.log(Level.INFO, "Taskstream is ready on {0}", context.getServerInfo());
    }

    /** With Payara's default settings, a few viewers that read nothing fill the heap with output that the server queues. */
    private static void warnOfUnboundedServer(String server, Config config) {
        boolean needsBound = server.contains("Payara") || server.contains("GlassFish");
        if (needsBound
                && config.getOptionalValue("taskstream.server.configured", String.class)
                        .isEmpty()) {
            LOG.log(
                    Level.WARNING,
                    "This server puts no bound on what it queues for slow viewers: run server-config/payara/configure.asadmin,"
                            + " which sets socket-write-buffer-size of the TCP transport, and taskstream.server.configured"
                            + " so that this is not said again");
        }
    }

    /** Closes the application. {@link Shutdown} calls it; the annotation is for a deployment that fails half-way. */
    @PreDestroy
    void stop() {
        ApplicationGraph running = graph;
        graph = null;
        if (running != null) {
            running.close();
        }
    }

    /** Returns the resources and providers. */
    Set<Object> resources() {
        return requireNonNull(graph, "Taskstream has not started").resources();
    }

    /**
     * Closes the application when it is undeployed or the server stops. That takes seconds in which viewers still get events.
     * When CDI destroys its beans it is too late: WildFly has removed what is needed, and Payara has closed the class loader.
     */
    @WebListener
    public static class Shutdown implements ServletContextListener {

        private final Taskstream taskstream;

        @Inject
        public Shutdown(Taskstream taskstream) {
            this.taskstream = taskstream;
        }

        @Override
        public void contextDestroyed(ServletContextEvent event) {
            taskstream.stop();
        }
    }
}
