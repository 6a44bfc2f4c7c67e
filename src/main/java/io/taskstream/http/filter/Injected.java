package io.taskstream.http.filter;

import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Reads a field of a provider that JAX-RS injects. RESTEasy injects it at the first request, and may call the provider for
 * concurrent requests before that is done: {@code JaxrsInterceptorRegistryImpl} of 6.2.15 marks a provider as initialized
 * before it initializes it, and reads that mark without the lock.
 */
final class Injected {

    private static final int ATTEMPTS = 5_000;
    private static final long PAUSE_NANOS = 1_000_000;

    private Injected() {}

    /**
     * Returns the field's value as soon as it has one.
     *
     * @param field reads the field, which is volatile
     * @throws IllegalStateException if it is not injected at all
     */
    static <T> T value(Supplier<@Nullable T> field) {
        for (int i = 0; i < ATTEMPTS; i++) {
            T value = field.get();
            if (value != null) {
                return value;
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
        throw new IllegalStateException("JAX-RS has not injected the context");
    }
}
