package io.taskstream.testing;

import jakarta.ws.rs.container.AsyncResponse;
import jakarta.ws.rs.container.TimeoutHandler;
import java.util.Collection;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Keeps the answer with which it was resumed. */
public final class FakeAsyncResponse implements AsyncResponse {

    private @Nullable Object answer;
    private boolean cancelled;

    /** The answer, or what was thrown; {@code null} as long as there is none. */
    public @Nullable Object answer() {
        return answer;
    }

    @Override
    public boolean resume(Object newAnswer) {
        if (isDone()) {
            return false;
        }
        answer = newAnswer;
        return true;
    }

    @Override
    public boolean resume(Throwable failure) {
        return resume((Object) failure);
    }

    @Override
    public boolean cancel() {
        cancelled = answer == null;
        return cancelled;
    }

    @Override
    public boolean cancel(int retryAfterSeconds) {
        return cancel();
    }

    @Override
    public boolean cancel(Date retryAfter) {
        return cancel();
    }

    @Override
    public boolean isSuspended() {
        return !isDone();
    }

    @Override
    public boolean isCancelled() {
        return cancelled;
    }

    @Override
    public boolean isDone() {
        return cancelled || answer != null;
    }

    /** RESTEasy keeps a request in the heap until its timeout has come, also if it was answered long before. */
    @Override
    public boolean setTimeout(long time, TimeUnit unit) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void setTimeoutHandler(TimeoutHandler handler) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Collection<Class<?>> register(Class<?> callback) {
        return List.of();
    }

    @Override
    public Map<Class<?>, Collection<Class<?>>> register(Class<?> callback, Class<?>... callbacks) {
        return Map.of();
    }

    @Override
    public Collection<Class<?>> register(Object callback) {
        return List.of();
    }

    @Override
    public Map<Class<?>, Collection<Class<?>>> register(Object callback, Object... callbacks) {
        return Map.of();
    }
}
