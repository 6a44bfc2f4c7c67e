package io.taskstream.testing;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** A real Redis Cluster of three masters on the loopback interface. */
public final class RedisCluster implements AutoCloseable {

    private final List<RedisServer> masters =
            Stream.generate(RedisCluster::master).limit(3).toList();

    /** Starts it and waits until all slots are served. */
    public RedisCluster() {
        List<String> create = new ArrayList<>(List.of("redis-cli", "--cluster", "create"));
        masters.forEach(master -> create.add("127.0.0.1:" + master.port()));
        create.add("--cluster-yes");
        String printed = RedisServer.run(create);
        Stages.await(
                "the cluster is up: " + printed,
                () -> masters.stream()
                        .allMatch(master -> master.cli("cluster", "info").contains("cluster_state:ok")));
    }

    private static RedisServer master() {
        return new RedisServer("--cluster-enabled", "yes", "--cluster-node-timeout", "5000");
    }

    /** Of one node; it tells of the others. */
    public String uri() {
        return masters.get(0).uri();
    }

    @Override
    public void close() {
        masters.forEach(RedisServer::close);
    }
}
