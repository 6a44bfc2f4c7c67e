package io.taskstream.bench.micro;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.WriteListener;
import java.io.IOException;
import java.lang.reflect.Proxy;

/** A connection that takes every byte at once, and does nothing with it. */
final class SilentExchange extends ServletOutputStream {

    private long bytes;

    /** The exchange that writes here. */
    AsyncContext context() {
        ServletResponse response = (ServletResponse) Proxy.newProxyInstance(
                SilentExchange.class.getClassLoader(),
                new Class<?>[] {ServletResponse.class},
                (proxy, method, arguments) -> method.getName().equals("getOutputStream") ? this : null);
        return (AsyncContext) Proxy.newProxyInstance(
                SilentExchange.class.getClassLoader(),
                new Class<?>[] {AsyncContext.class},
                (proxy, method, arguments) -> method.getName().equals("getResponse") ? response : null);
    }

    long bytes() {
        return bytes;
    }

    @Override
    public boolean isReady() {
        return true;
    }

    @Override
    public void setWriteListener(WriteListener listener) {
        try {
            listener.onWritePossible();
        } catch (IOException e) {
            listener.onError(e);
        }
    }

    @Override
    public void write(byte[] data, int offset, int length) {
        bytes += length;
    }

    @Override
    public void write(int b) {
        bytes++;
    }

    @Override
    public void flush() {
        // Nothing is kept back.
    }
}
