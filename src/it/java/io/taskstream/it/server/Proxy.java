package io.taskstream.it.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** A real reverse proxy in front of a server, on a free port of the loopback interface. It never outlives this process. */
public final class Proxy implements AutoCloseable {

    private final int port = Ports.free();
    private final Process process;

    private Proxy(ProxyProduct product, String settings, URI upstream) {
        try {
            Path directory =
                    Files.createTempDirectory(Path.of("target"), "proxy-").toAbsolutePath();
            process = product.prepare(directory, settings, port, upstream.getAuthority())
                    .start(directory.resolve("output.log"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Runtime.getRuntime().addShutdownHook(new Thread(this::close, "stop-proxy"));
        Await.until(product + " listens", Duration.ofSeconds(30), () -> Ports.answers(port));
    }

    /** Starts the product with the project's own settings for it, and waits until it listens. */
    public static Proxy start(ProxyProduct product, URI upstream) {
        return new Proxy(product, product.snippet(), upstream);
    }

    /** Starts nginx with nothing but {@code proxy_pass} set: all its own time-outs and buffers are in force. */
    public static Proxy startPlainNginx(URI upstream) {
        return new Proxy(
                ProxyProduct.NGINX, "server { listen 80; location / { proxy_pass http://127.0.0.1:8080; } }", upstream);
    }

    /** Where it answers. */
    public URI url() {
        return URI.create("http://127.0.0.1:" + port);
    }

    /** Stops it, and with it the workers that it has started. */
    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.descendants().forEach(ProcessHandle::destroyForcibly);
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
