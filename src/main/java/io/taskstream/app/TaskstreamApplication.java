package io.taskstream.app;

import jakarta.enterprise.inject.spi.CDI;
import jakarta.ws.rs.ApplicationPath;
import jakarta.ws.rs.core.Application;
import java.util.Map;
import java.util.Set;

/** Puts the resources at the context root. */
@ApplicationPath("/")
public class TaskstreamApplication extends Application {

    /**
     * Stops Jersey from making {@code Location} absolute, which would name the wrong host behind a proxy, and from serving a
     * description of the resources in WADL.
     */
    @Override
    public Map<String, Object> getProperties() {
        return Map.of(
                "jersey.config.server.headers.location.relative.resolution.disabled",
                true,
                "jersey.config.server.wadl.disableWadl",
                true);
    }

    /**
     * Returns the resources and providers. The method is deprecated, but the only one by which both servers accept constructed
     * resources: RESTEasy refuses a class whose only constructor takes what CDI injects.
     */
    @Override
    @SuppressWarnings("deprecation")
    public Set<Object> getSingletons() {
        return CDI.current().select(Taskstream.class).get().resources();
    }
}
