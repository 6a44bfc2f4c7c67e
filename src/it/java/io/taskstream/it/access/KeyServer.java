package io.taskstream.it.access;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;

/** Publishes keys by HTTP, as a token server does. */
final class KeyServer implements AutoCloseable {

    private final HttpServer server;
    private volatile String keys;

    /** Begins to publish that JWK set. */
    KeyServer(String keys) {
        this.keys = keys;
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.createContext("/keys", exchange -> {
            byte[] body = this.keys.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/keys";
    }

    /** Publishes other keys from now on. */
    void publish(String newKeys) {
        keys = newKeys;
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
