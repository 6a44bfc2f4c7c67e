package io.taskstream.it.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

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

    /** Starts nginx with {@code proxy_pass} only: its default time-outs and buffers are in force. */
    public static Proxy startPlainNginx(URI... upstreams) {
        String servers = Stream.of(upstreams)
                .map(each -> "server %s max_fails=1 fail_timeout=1s;".formatted(each.getAuthority()))
                .collect(Collectors.joining(" "));
        return new Proxy(
                ProxyProduct.NGINX,
                "upstream nodes { " + servers + " } server { listen 80; location / { proxy_pass http://nodes; } }",
                upstreams[0]);
    }

    /**
     * Starts nginx with settings that don't suit streams.
     *
     * @param directives for the location, in nginx's language
     */
    public static Proxy startNginxWith(String directives, URI upstream) {
        return new Proxy(
                ProxyProduct.NGINX,
                "server { listen 80; location / { proxy_pass http://127.0.0.1:8080; " + directives + " } }",
                upstream);
    }

    /**
     * Starts nginx with the project's own settings for it, and what makes it speak TLS and HTTP/2 instead of plain
     * HTTP/1.1.
     */
    public static Proxy startNginxWithHttp2(URI upstream, TestCertificate certificate) {
        String listen = "listen 127.0.0.1:@PORT@ ssl http2; ssl_certificate " + certificate.certificate()
                + "; ssl_certificate_key " + certificate.key() + ";";
        return new Proxy(ProxyProduct.NGINX, ProxyProduct.NGINX.snippet().replace("listen 80;", listen), upstream);
    }

    /**
     * Starts nginx with the project's own settings for it, and those of src/docs/proxies.md for a prefix.
     *
     * @param prefix the path at which its clients see the application, without a slash at the end
     */
    public static Proxy startNginxAt(String prefix, URI upstream) {
        String settings = ProxyProduct.NGINX
                .snippet()
                .replace("location / {", "location " + prefix + "/ {")
                .replace("127.0.0.1:8080;", "127.0.0.1:8080" + upstream.getPath() + "/;")
                .replace("X-Forwarded-Prefix \"\";", "X-Forwarded-Prefix " + prefix + "/;");
        return new Proxy(ProxyProduct.NGINX, settings, upstream);
    }

    /** Where it answers. */
    public URI url() {
        return URI.create("http://127.0.0.1:" + port);
    }

    /** Stops it and its workers. */
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
