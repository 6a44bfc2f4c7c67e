package io.taskstream.http.resource;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import java.io.IOException;

/**
 * A small answer that the container's thread for the connection writes and ends, with Servlet non-blocking output (Servlet 6.0,
 * section 3.7). A thread that must not block may send it. And no other thread is busy with the exchange when a quick client
 * sends its next request, for which Undertow would make the reading thread spin.
 */
final class QuickAnswer implements WriteListener {

    private final AsyncContext exchange;
    private final ServletOutputStream out;
    private final byte[] body;
    private boolean written;

    private QuickAnswer(AsyncContext exchange, ServletOutputStream out, byte[] body) {
        this.exchange = exchange;
        this.out = out;
        this.body = body;
    }

    /**
     * Answers 200 with this JSON.
     *
     * @param exchange whose response no other thread uses any more
     */
    static void send(AsyncContext exchange, byte[] json) throws IOException {
        HttpServletResponse response = (HttpServletResponse) exchange.getResponse();
        response.setStatus(HttpServletResponse.SC_OK);
        response.setContentType(MediaType.APPLICATION_JSON);
        response.setHeader(HttpHeaders.CACHE_CONTROL, "no-store");
        response.setContentLength(json.length);
        ServletOutputStream out = response.getOutputStream();
        out.setWriteListener(new QuickAnswer(exchange, out, json));
    }

    @Override
    public void onWritePossible() throws IOException {
        if (!written) {
            written = true;
            out.write(body);
        }
        if (out.isReady()) {
            exchange.complete();
        }
    }

    @Override
    public void onError(Throwable error) {
        exchange.complete();
    }
}
