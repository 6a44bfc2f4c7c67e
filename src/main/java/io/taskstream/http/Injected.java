package io.taskstream.http;

import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Reads a field of a provider that JAX-RS fills in. RESTEasy does so when the first request comes, and calls the provider
 * for those that come at the same moment though it is not done yet: {@code JaxrsInterceptorRegistryImpl} of 6.2.15 marks a
 * provider as initialized before it initializes it, and reads that mark without the lock.
 */
final class Injected {

    private static final int LOOKS = 5_000;
    private static final long PAUSE_NANOS = 1_000_000;

    private Injected() {}

    /**
     * The field's value, as soon as it has one.
     *
     * @param field reads the field, which is volatile
     * @throws IllegalStateException if it is not filled in at all
     */
    static <T> T value(Supplier<@Nullable T> field) {
        for (int i = 0; i < LOOKS; i++) {
            T value = field.get();
            if (value != null) {
                return value;
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
        throw new IllegalStateException("JAX-RS has not injected the context");
    }
}
