package io.taskstream.testing;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** An asynchronous request, and whether it was answered. */
public final class FakeExchange implements AsyncContext {

    private final List<AsyncListener> listeners = new CopyOnWriteArrayList<>();
    private final AtomicInteger completed = new AtomicInteger();
    private final FakeOutput out;
    private volatile Runnable onCompletion = () -> {};

    public FakeExchange(FakeOutput out) {
        this.out = out;
    }

    /** Is run when the response is completed. */
    public void whenCompleted(Runnable action) {
        onCompletion = action;
    }

    public FakeOutput out() {
        return out;
    }

    public boolean isCompleted() {
        return completed.get() > 0;
    }

    /** The container finds the connection broken. */
    public void breakOff(IOException error) {
        listeners.forEach(listener -> {
            try {
                listener.onError(new AsyncEvent(this, error));
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        });
    }

    @Override
    public void complete() {
        out.end();
        if (completed.incrementAndGet() > 1) {
            throw new IllegalStateException("Completed twice");
        }
        onCompletion.run();
        listeners.forEach(listener -> {
            try {
                listener.onComplete(new AsyncEvent(this));
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        });
    }

    @Override
    public ServletResponse getResponse() {
        return new FakeResponse(out);
    }

    @Override
    public void addListener(AsyncListener listener) {
        listeners.add(listener);
    }

    @Override
    public void addListener(AsyncListener listener, ServletRequest request, ServletResponse response) {
        listeners.add(listener);
    }

    @Override
    public ServletRequest getRequest() {
        return null;
    }

    @Override
    public boolean hasOriginalRequestAndResponse() {
        return true;
    }

    @Override
    public void dispatch() {
        throw new UnsupportedOperationException();
    }

    @Override
    public void dispatch(String path) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void dispatch(ServletContext context, String path) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void start(Runnable work) {
        throw new UnsupportedOperationException();
    }

    @Override
    public <T extends AsyncListener> T createListener(Class<T> type) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void setTimeout(long millis) {
        // Nothing here ever times out.
    }

    @Override
    public long getTimeout() {
        return 0;
    }
}
