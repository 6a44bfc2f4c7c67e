package io.taskstream.testing;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** A real Redis Cluster of three masters on the loopback interface, and a replica of each if asked for. */
public final class RedisCluster implements AutoCloseable {

    private static final int MASTERS = 3;

    private final List<RedisServer> nodes;
    private final boolean isByTls;

    /** Starts it without replicas, and waits until all slots are served. */
    public RedisCluster() {
        this(0, 5_000);
    }

    /**
     * Starts it, and waits until all slots are served and all replicas follow.
     *
     * @param replicas of each master
     * @param timeoutMillis after which a node that does not answer is replaced by its replica
     */
    public RedisCluster(int replicas, int timeoutMillis) {
        this(replicas, false, List.of("redis-cli"), () -> new RedisServer(options(timeoutMillis)));
    }

    /** Starts one without replicas that speaks TLS, and waits until all slots are served. */
    public RedisCluster(RedisCertificate certificate) {
        this(
                0,
                true,
                List.of(
                        "redis-cli",
                        "--tls",
                        "--cacert",
                        certificate.certificate().toString()),
                () -> RedisServer.byTls(certificate, options(5_000)));
    }

    private RedisCluster(int replicas, boolean isByTls, List<String> cli, Supplier<RedisServer> start) {
        this.isByTls = isByTls;
        nodes = Stream.generate(start).limit((long) MASTERS * (1 + replicas)).toList();
        List<String> create = new ArrayList<>(cli);
        create.addAll(List.of("--cluster", "create"));
        nodes.forEach(node -> create.add("127.0.0.1:" + (isByTls ? node.tlsPort() : node.port())));
        create.addAll(List.of("--cluster-replicas", "" + replicas, "--cluster-yes"));
        String printed = RedisServer.run(create);
        Stages.await("the cluster is up: " + printed, () -> nodes.stream().allMatch(RedisCluster::isUp));
    }

    private static String[] options(int timeoutMillis) {
        return new String[] {
            "--cluster-enabled", "yes",
            "--cluster-node-timeout", "" + timeoutMillis,
            "--repl-diskless-sync-delay", "0"
        };
    }

    private static boolean isUp(RedisServer node) {
        return node.cli("cluster", "info").contains("cluster_state:ok")
                && !node.cli("info", "replication").contains("master_link_status:down");
    }

    /** The URI of one node, which knows the others. */
    public String uri() {
        RedisServer node = nodes.get(0);
        return isByTls ? "rediss://127.0.0.1:" + node.tlsPort() : node.uri();
    }

    /** The master that stores that key. */
    public RedisServer master(String key) {
        return nodes.stream()
                .filter(node -> node.cli("info", "replication").contains("role:master"))
                .filter(node -> !node.cli("exists", key).startsWith("MOVED"))
                .findFirst()
                .orElseThrow();
    }

    @Override
    public void close() {
        nodes.forEach(RedisServer::close);
    }
}
