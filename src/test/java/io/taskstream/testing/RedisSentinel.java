package io.taskstream.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A primary, its replicas, and a Sentinel that promotes a replica when the primary is gone. */
public final class RedisSentinel implements AutoCloseable {

    private static final String NAME = "taskstream";

    private final boolean isByTls;
    private final RedisServer primary;
    private final List<RedisServer> replicas;
    private final RedisServer sentinel;

    /** Starts them with one replica. */
    public RedisSentinel() {
        this(1);
    }

    /** Starts them, and waits until the replicas follow and the Sentinel knows of them. */
    public RedisSentinel(int size) {
        this(size, null);
    }

    /** The same for Redis that speaks TLS, with clients and among each other. */
    public RedisSentinel(int size, @Nullable RedisCertificate certificate) {
        this.isByTls = certificate != null;
        // They follow, and are followed, at once.
        this.primary = server(certificate, "--repl-diskless-sync-delay", "0");
        String of = "127.0.0.1 " + port(primary);
        this.replicas = Stream.generate(() -> server(certificate, "--repl-diskless-sync-delay", "0", "--replicaof", of))
                .limit(size)
                .toList();
        Stages.await(
                "the replicas follow",
                () -> replicas.stream()
                        .allMatch(each -> each.cli("info", "replication").contains("master_link_status:up")));
        this.sentinel = certificate == null
                ? RedisServer.sentinel(config(primary))
                : RedisServer.byTls(certificate, config(primary).toString(), "--sentinel");
        Stages.await("the Sentinel knows the replicas", () -> {
            String known = sentinel.cli("sentinel", "replicas", NAME);
            return replicas.stream().allMatch(each -> known.contains("" + port(each)));
        });
    }

    private static int port(RedisServer server) {
        return server.tlsPort() == 0 ? server.port() : server.tlsPort();
    }

    private static RedisServer server(@Nullable RedisCertificate certificate, String... options) {
        return certificate == null ? new RedisServer(options) : RedisServer.byTls(certificate, options);
    }

    private static Path config(RedisServer primary) {
        try {
            Path file = primary.directory().resolve("sentinel.conf");
            return Files.writeString(file, """
                    sentinel monitor %1$s 127.0.0.1 %2$d 1
                    sentinel down-after-milliseconds %1$s 500
                    sentinel failover-timeout %1$s 2000
                    """.formatted(NAME, port(primary)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The one that is the primary at first. */
    public RedisServer primary() {
        return primary;
    }

    /** The first of the replicas. */
    public RedisServer replica() {
        return replicas.get(0);
    }

    public String uri() {
        String scheme = isByTls ? "rediss-sentinel" : "redis-sentinel";
        return scheme + "://127.0.0.1:" + port(sentinel) + "#" + NAME;
    }

    @Override
    public void close() {
        sentinel.close();
        replicas.forEach(RedisServer::close);
        primary.close();
    }
}
