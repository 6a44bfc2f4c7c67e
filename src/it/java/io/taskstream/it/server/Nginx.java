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

/** A real nginx in front of one server or more, on a free port, with nothing but {@code proxy_pass} set. */
public final class Nginx implements AutoCloseable {

    private final int port = Ports.free();
    private final Process process;

    /** Starts it and waits until it listens. */
    public Nginx(URI... upstreams) {
        try {
            Path directory =
                    Files.createTempDirectory(Path.of("target"), "nginx").toAbsolutePath();
            Path config = Files.writeString(directory.resolve("nginx.conf"), config(upstreams, directory));
            process = Command.of("nginx", "-p", directory.toString(), "-e", "error.log", "-c", config.toString())
                    .start(directory.resolve("output.log"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Runtime.getRuntime().addShutdownHook(new Thread(this::close, "stop-nginx"));
        Await.until("nginx listens", Duration.ofSeconds(20), () -> Ports.answers(port));
    }

    private String config(URI[] upstreams, Path directory) {
        String servers = Stream.of(upstreams)
                .map(each -> "server %s max_fails=1 fail_timeout=1s;".formatted(each.getAuthority()))
                .collect(Collectors.joining(" "));
        return """
                daemon off;
                worker_processes 1;
                pid %2$s/nginx.pid;
                user root;
                events { worker_connections 4096; }
                http {
                  access_log off;
                  client_body_temp_path %2$s/body;
                  proxy_temp_path %2$s/proxy;
                  fastcgi_temp_path %2$s/fastcgi;
                  uwsgi_temp_path %2$s/uwsgi;
                  scgi_temp_path %2$s/scgi;
                  upstream nodes { %1$s }
                  server {
                    listen 127.0.0.1:%3$d;
                    location / { proxy_pass http://nodes; }
                  }
                }
                """.formatted(servers, directory, port);
    }

    /** Where it answers. */
    public URI url() {
        return URI.create("http://127.0.0.1:" + port);
    }

    /** Stops the master, which stops its workers. */
    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
