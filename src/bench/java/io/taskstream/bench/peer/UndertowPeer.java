package io.taskstream.bench.peer;

import io.undertow.Undertow;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.handlers.sse.ServerSentEventConnection;
import io.undertow.server.handlers.sse.ServerSentEventHandler;
import io.undertow.util.Headers;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/** Undertow's own handler of event streams: one for each task, which knows its connections. */
public final class UndertowPeer {

    private final ConcurrentMap<String, ServerSentEventHandler> tasks = new ConcurrentHashMap<>();

    private UndertowPeer() {}

    public static void main(String[] arguments) {
        var peer = new UndertowPeer();
        Undertow.builder()
                .addHttpListener(Integer.parseInt(arguments[0]), "127.0.0.1")
                .setHandler(peer::handle)
                .build()
                .start();
    }

    private void handle(HttpServerExchange exchange) throws Exception {
        ServerSentEventHandler task =
                tasks.computeIfAbsent(Requests.task(exchange.getRequestPath()), id -> new ServerSentEventHandler());
        if (exchange.getRequestPath().endsWith("/stream")) {
            task.handleRequest(exchange);
            return;
        }
        exchange.getRequestReceiver()
                .receiveFullString((done, body) -> publish(task, done, body), StandardCharsets.UTF_8);
    }

    private static void publish(ServerSentEventHandler task, HttpServerExchange exchange, String body) {
        body.lines().forEach(event -> {
            for (ServerSentEventConnection connection : task.getConnections()) {
                connection.send(event);
            }
        });
        exchange.getResponseHeaders().put(Headers.CONTENT_TYPE, "application/json");
        exchange.getResponseSender().send("{}");
    }
}
