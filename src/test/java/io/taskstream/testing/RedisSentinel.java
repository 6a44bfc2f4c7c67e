package io.taskstream.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A primary, a replica, and a Sentinel that makes the replica the primary when that one is gone. */
public final class RedisSentinel implements AutoCloseable {

    private static final String NAME = "taskstream";

    private final RedisServer primary = new RedisServer();
    private final RedisServer replica = new RedisServer("--replicaof", "127.0.0.1 " + primary.port());
    private final RedisServer sentinel;

    /** Starts them, and waits until the replica follows and the Sentinel knows of it. */
    public RedisSentinel() {
        Stages.await(
                "the replica follows", () -> replica.cli("info", "replication").contains("master_link_status:up"));
        this.sentinel = RedisServer.sentinel(config());
        Stages.await(
                "the Sentinel knows the replica",
                () -> sentinel.cli("sentinel", "replicas", NAME).contains("" + replica.port()));
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

    public RedisServer primary() {
        return primary;
    }

    public RedisServer replica() {
        return replica;
    }

    public String uri() {
        return "redis-sentinel://127.0.0.1:" + sentinel.port() + "#" + NAME;
    }

    @Override
    public void close() {
        sentinel.close();
        replica.close();
        primary.close();
    }
}
