package io.taskstream.testing;

import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerResponseContext;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.SecurityContext;
import jakarta.ws.rs.core.UriInfo;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A request as JAX-RS filters see it: a method, a path, properties, and the caller. */
public final class FakeContainerRequest {

    private final Map<String, Object> properties = new HashMap<>();
    private final UriInfo uri;
    private final ContainerRequestContext context;
    private @Nullable SecurityContext security;

    public FakeContainerRequest(String httpMethod, String path) {
        uri = fake(UriInfo.class, (proxy, method, arguments) -> path);
        context = fake(ContainerRequestContext.class, (proxy, method, arguments) -> switch (method.getName()) {
            case "getMethod" -> httpMethod;
            case "getUriInfo" -> uri;
            case "getProperty" -> properties.get(arguments[0]);
            case "setProperty" -> properties.put((String) arguments[0], arguments[1]);
            case "getSecurityContext" -> security;
            case "setSecurityContext" -> {
                security = (SecurityContext) arguments[0];
                yield null;
            }
            default -> throw new UnsupportedOperationException(method.getName());
        });
    }

    public ContainerRequestContext context() {
        return context;
    }

    /** That answer, as a filter sees it. */
    public static ContainerResponseContext answered(Response response) {
        return fake(ContainerResponseContext.class, (proxy, method, arguments) -> switch (method.getName()) {
            case "getStatus" -> response.getStatus();
            case "getMediaType" -> response.getMediaType();
            case "getEntity" -> response.getEntity();
            default -> throw new UnsupportedOperationException(method.getName());
        });
    }

    private static <T> T fake(Class<T> type, InvocationHandler handler) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
    }
}
