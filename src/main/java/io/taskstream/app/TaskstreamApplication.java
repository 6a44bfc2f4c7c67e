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
     * Keeps Jersey from making {@code Location} absolute, which would name the wrong host behind a proxy, and from
     * describing the resources in WADL to whoever asks.
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
     * The resources, built with all they need. Deprecated or not, this is the only way to construct resources that both
     * servers know: RESTEasy refuses a class whose only constructor takes what CDI injects.
     */
    @Override
    @SuppressWarnings("deprecation")
    public Set<Object> getSingletons() {
        return CDI.current().select(Taskstream.class).get().resources();
    }
}
