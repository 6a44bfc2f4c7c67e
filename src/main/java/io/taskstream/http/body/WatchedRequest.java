package io.taskstream.http.body;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A request whose exchange, when it is completed, sends its answer at once and ends with the request's body. The rest of the
 * body is discarded with Servlet non-blocking input, so no thread waits for it, and the connection can be used again.
 */
final class WatchedRequest extends HttpServletRequestWrapper {

    /** How long an exchange waits for the rest of an unread body. */
    static final Duration PATIENCE = Duration.ofSeconds(60);

    private final HttpServletResponse response;
    private final boolean keepAlive;
    private final boolean expectsContinue;
    private volatile @Nullable WatchedBody body;
    private volatile @Nullable AsyncContext exchange;

    WatchedRequest(HttpServletRequest request, HttpServletResponse response, boolean keepAlive) {
        super(request);
        this.response = response;
        this.keepAlive = keepAlive;
        this.expectsContinue = request.getHeader("Expect") != null;
    }

    @Override
    public ServletInputStream getInputStream() throws IOException {
        WatchedBody known = body;
        if (known == null) {
            known = new WatchedBody(super.getInputStream(), this::awaitBody);
            body = known;
        }
        return known;
    }

    private void awaitBody() {
        if (!keepAlive && getProtocol().startsWith("HTTP/1")) {
            response.setHeader("Connection", "close");
        }
    }

    @Override
    public AsyncContext startAsync() {
        return watch(super.startAsync(this, response));
    }

    @Override
    public AsyncContext startAsync(ServletRequest request, ServletResponse answer) {
        return watch(super.startAsync(request, answer));
    }

    private AsyncContext watch(AsyncContext started) {
        AsyncContext watched = new Exchange(started);
        exchange = watched;
        return watched;
    }

    @Override
    public AsyncContext getAsyncContext() {
        AsyncContext started = super.getAsyncContext();
        AsyncContext watched = exchange;
        return watched == null ? started : watched;
    }

    /** Tells whether the body has ended. The part of it that has arrived is discarded. */
    boolean isReadToEnd() {
        WatchedBody known = body;
        if (known != null && known.isReadToEnd()) {
            return true;
        }
        // To ask for more would send 100 to a client that waits for it before it sends the body (RFC 9110, section
        // 10.1.1).
        return !expectsContinue && discardArrived();
    }

    private boolean discardArrived() {
        try {
            return ((WatchedBody) getInputStream()).discardArrived();
        } catch (IOException e) {
            // The connection is closed.
            return true;
        } catch (IllegalStateException e) {
            // The application read it as text.
            return true;
        }
    }

    private void sendAnswer() {
        try {
            // Not flushed before, so that the container can set the length of the answer.
            response.getOutputStream().close();
        } catch (IOException | IllegalStateException e) {
            // The client has gone, or the answer was written as text and has been sent.
        }
    }

    /**
     * Sends the answer before its exchange is completed. Grizzly takes what arrives of a body after that for another request
     * with the same head, which would publish the rest of a body that was refused. Its answer must not be closed, either, so
     * the client learns from its headers that it is whole, and that it should close the connection.
     */
    private void flushAnswer() {
        try {
            response.flushBuffer();
        } catch (IOException | IllegalStateException e) {
            // The client has gone; the container is about to say so.
        }
    }

    /** An exchange that ends with the body. */
    private final class Exchange implements AsyncContext {

        private final AsyncContext exchange;

        Exchange(AsyncContext exchange) {
            this.exchange = exchange;
        }

        @Override
        public void complete() {
            WatchedBody known = body;
            boolean isOver = keepAlive ? isReadToEnd() : known == null || !known.isBeingRead();
            if (isOver) {
                exchange.complete();
                return;
            }
            if (keepAlive) {
                sendAnswer();
                limitTime();
            } else {
                flushAnswer();
            }
            try {
                ((WatchedBody) getInputStream()).discard(exchange::complete);
            } catch (IOException | IllegalStateException e) {
                exchange.complete();
            }
        }

        /** When the time is over, the container ends the exchange and closes the connection. */
        private void limitTime() {
            try {
                exchange.setTimeout(PATIENCE.toMillis());
            } catch (IllegalStateException e) {
                // The thread that began the request has returned; the exchange ends with the body or the connection.
            }
        }

        @Override
        public ServletRequest getRequest() {
            return exchange.getRequest();
        }

        @Override
        public ServletResponse getResponse() {
            return exchange.getResponse();
        }

        @Override
        public boolean hasOriginalRequestAndResponse() {
            return exchange.hasOriginalRequestAndResponse();
        }

        @Override
        public void dispatch() {
            exchange.dispatch();
        }

        @Override
        public void dispatch(String path) {
            exchange.dispatch(path);
        }

        @Override
        public void dispatch(ServletContext context, String path) {
            exchange.dispatch(context, path);
        }

        @Override
        public void start(Runnable run) {
            exchange.start(run);
        }

        @Override
        public void addListener(AsyncListener listener) {
            exchange.addListener(listener);
        }

        @Override
        public void addListener(AsyncListener listener, ServletRequest request, ServletResponse answer) {
            exchange.addListener(listener, request, answer);
        }

        @Override
        public <T extends AsyncListener> T createListener(Class<T> type) throws ServletException {
            return exchange.createListener(type);
        }

        @Override
        public void setTimeout(long millis) {
            exchange.setTimeout(millis);
        }

        @Override
        public long getTimeout() {
            return exchange.getTimeout();
        }
    }
}
