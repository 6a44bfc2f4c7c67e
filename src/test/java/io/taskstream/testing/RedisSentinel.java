package io.taskstream.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** A primary, its replicas, and a Sentinel that makes one of those the primary when that one is gone. */
public final class RedisSentinel implements AutoCloseable {

    private static final String NAME = "taskstream";

    private final RedisServer primary = new RedisServer("--repl-diskless-sync-delay", "0");
    private final List<RedisServer> replicas;
    private final RedisServer sentinel;

    /** Starts them with one replica. */
    public RedisSentinel() {
        this(1);
    }

    /** Starts them, and waits until the replicas follow and the Sentinel knows of them. */
    public RedisSentinel(int size) {
        this.replicas = Stream.generate(() -> replicaOf(primary)).limit(size).toList();
        Stages.await(
                "the replicas follow",
                () -> replicas.stream()
                        .allMatch(each -> each.cli("info", "replication").contains("master_link_status:up")));
        this.sentinel = RedisServer.sentinel(config());
        Stages.await("the Sentinel knows the replicas", () -> {
            String known = sentinel.cli("sentinel", "replicas", NAME);
            return replicas.stream().allMatch(each -> known.contains("" + each.port()));
        });
    }

    /** One that follows at once, and is followed at once. */
    private static RedisServer replicaOf(RedisServer primary) {
        return new RedisServer("--repl-diskless-sync-delay", "0", "--replicaof", "127.0.0.1 " + primary.port());
    }

    private Path config() {
        try {
            Path file = primary.directory().resolve("sentinel.conf");
            return Files.writeString(file, """
                    sentinel monitor %1$s 127.0.0.1 %2$d 1
                    sentinel down-after-milliseconds %1$s 500
                    sentinel failover-timeout %1$s 2000
                    """.formatted(NAME, primary.port()));
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
        return "redis-sentinel://127.0.0.1:" + sentinel.port() + "#" + NAME;
    }

    @Override
    public void close() {
        sentinel.close();
        replicas.forEach(RedisServer::close);
        primary.close();
    }
}
