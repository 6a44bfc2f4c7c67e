package io.taskstream.eventlog.redis;

import io.lettuce.core.AbstractRedisClient;
import io.lettuce.core.api.StatefulConnection;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import io.lettuce.core.protocol.RedisCommand;
import io.lettuce.core.pubsub.RedisPubSubListener;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import io.taskstream.eventlog.EventLogException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The connections of this server, whatever the number of tasks: one to append, one to read, one for notifications, and one
 * for health checks. On a Cluster Lettuce opens one of each to every node. Lettuce also reconnects; only the first attempt to
 * connect is ours. Thread-safe.
 */
final class RedisLink implements AutoCloseable {

    private static final Duration SHUTDOWN = Duration.ofSeconds(2);

    private final AbstractRedisClient client;
    private final Supplier<Connections> connecting;
    private @Nullable RedisPubSubListener<String, byte[]> listener;
    private volatile @Nullable Connections connections;

    /**
     * @param connecting connects the client, or throws
     */
    RedisLink(AbstractRedisClient client, Supplier<Connections> connecting) {
        this.client = client;
        this.connecting = connecting;
    }

    /**
     * The open connections.
     *
     * @param writer for appends; separate, since {@code WAIT} delays all that follows on it
     * @param writing the commands of that connection
     * @param health for health checks; separate, since large replies delay all that follows on {@code reading}
     * @param nodes returns the name of the node that has a key
     */
    record Connections(
            StatefulConnection<String, byte[]> writer,
            RedisClusterAsyncCommands<String, byte[]> writing,
            RedisClusterAsyncCommands<String, byte[]> reading,
            RedisClusterAsyncCommands<String, byte[]> health,
            StatefulRedisPubSubConnection<String, byte[]> pubSub,
            UnaryOperator<String> nodes) {}

    /** Sets the listener of notifications; called once, before {@link #connect()}. */
    void listen(RedisPubSubListener<String, byte[]> newListener) {
        listener = newListener;
    }

    boolean isConnected() {
        return connections != null;
    }

    /**
     * Connects. Blocks.
     *
     * @throws io.lettuce.core.RedisException if it does not answer
     */
    synchronized void connect() {
        Connections made = connecting.get();
        if (listener != null) {
            made.pubSub().addListener(listener);
        }
        connections = made;
    }

    RedisClusterAsyncCommands<String, byte[]> writing() {
        return connections().writing();
    }

    /**
     * Sends commands over the same connection, even if Lettuce reconnects meanwhile.
     *
     * @throws io.lettuce.core.RedisException if there is no connection
     */
    void writeTogether(List<? extends RedisCommand<String, byte[], ?>> commands) {
        connections().writer().dispatch(commands);
    }

    RedisClusterAsyncCommands<String, byte[]> reading() {
        return connections().reading();
    }

    RedisClusterAsyncCommands<String, byte[]> health() {
        return connections().health();
    }

    /** Returns the name of the node that has the key; of a single server, and before the first connection, always the same. */
    String node(String key) {
        Connections made = connections;
        return made == null ? "" : made.nodes().apply(key);
    }

    StatefulRedisPubSubConnection<String, byte[]> pubSub() {
        return connections().pubSub();
    }

    private Connections connections() {
        Connections made = connections;
        if (made == null) {
            throw new EventLogException.Unavailable("Redis has not answered yet", null);
        }
        return made;
    }

    @Override
    public void close() {
        client.shutdown(Duration.ZERO, SHUTDOWN);
        // The client shuts down only resources that it made itself.
        client.getResources()
                .shutdown(0, SHUTDOWN.toMillis(), TimeUnit.MILLISECONDS)
                .awaitUninterruptibly(SHUTDOWN.toMillis());
    }
}
