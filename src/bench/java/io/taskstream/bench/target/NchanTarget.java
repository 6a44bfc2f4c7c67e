package io.taskstream.bench.target;

import static java.util.Objects.requireNonNull;

import io.taskstream.it.server.Await;
import io.taskstream.it.server.Command;
import io.taskstream.it.server.Ports;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The nchan module of a real nginx. */
final class NchanTarget implements Target {

    private final int workers;
    private final Path directory;
    private final int port = Ports.free();
    private @Nullable Process process;

    NchanTarget(int workers, Path directory) {
        this.workers = workers;
        this.directory = directory.toAbsolutePath().resolve("nchan" + workers);
    }

    @Override
    public String name() {
        return "nchan " + workers;
    }

    @Override
    public void start() {
        if (process != null) {
            return;
        }
        try {
            Files.createDirectories(directory);
            Path config = Files.writeString(directory.resolve("nginx.conf"), config());
            process = Command.of("nginx", "-p", directory.toString(), "-e", "error.log", "-c", config.toString())
                    .start(directory.resolve("output.log"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Runtime.getRuntime().addShutdownHook(new Thread(this::close, "stop-nchan"));
        Await.until("nginx listens", Duration.ofSeconds(20), () -> Ports.answers(port));
    }

    private String config() {
        return """
                load_module /usr/lib/nginx/modules/ngx_nchan_module.so;
                daemon off;
                worker_processes %1$d;
                worker_rlimit_nofile 20000;
                pid %2$s/nginx.pid;
                user root;
                events { worker_connections 16384; }
                http {
                  access_log off;
                  keepalive_requests 10000000;
                  client_body_temp_path %2$s/body;
                  proxy_temp_path %2$s/proxy;
                  fastcgi_temp_path %2$s/fastcgi;
                  uwsgi_temp_path %2$s/uwsgi;
                  scgi_temp_path %2$s/scgi;
                  nchan_shared_memory_size 512M;
                  nchan_message_buffer_length 2000;
                  nchan_message_timeout 5m;
                  server {
                    listen 127.0.0.1:%3$d backlog=4096;
                    location ~ ^/tasks/([^/]+)/events$ { nchan_publisher; nchan_channel_id $1; }
                    location ~ ^/tasks/([^/]+)/stream$ {
                      nchan_subscriber eventsource;
                      nchan_channel_id $1;
                      nchan_subscriber_first_message oldest;
                      nchan_eventsource_ping_comment heartbeat;
                      nchan_eventsource_ping_interval 30;
                    }
                  }
                }
                """.formatted(workers, directory, port);
    }

    @Override
    public InetSocketAddress address() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }

    @Override
    public void create(String task) {
        // It is there when it is asked for.
    }

    @Override
    public void forget(String task) {
        Control.send("DELETE", address(), eventsPath(task), "");
    }

    @Override
    public boolean takesLines() {
        return false;
    }

    @Override
    public boolean replays() {
        return true;
    }

    @Override
    public Duration cpuTime() {
        return Processes.cpuTime(requireNonNull(process).toHandle());
    }

    @Override
    public Memory memory() {
        return Processes.resident(requireNonNull(process).toHandle());
    }

    @Override
    public void close() {
        if (process != null) {
            process.destroy();
        }
    }
}
