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
 * The connections of this server: one to append, one to read, one to be woken, and one to ask whether Redis answers,
 * whatever the number of tasks. On a Cluster Lettuce makes that one for each of its nodes. Lettuce mends what breaks; only the first time we connect.
 */
final class RedisLink implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private final AbstractRedisClient client;
    private final Supplier<Connections> connecting;
    private @Nullable RedisPubSubListener<String, byte[]> listener;
    private volatile @Nullable Connections connections;

    /**
     * @param connecting connects the client, or fails
     */
    RedisLink(AbstractRedisClient client, Supplier<Connections> connecting) {
        this.client = client;
        this.connecting = connecting;
    }

    /**
     * What is connected.
     *
     * @param writer what appends; a separate connection, since {@code WAIT} holds up all that follows on it
     * @param writing the commands of that connection
     * @param pulse asks whether Redis answers; a separate connection, since what is read may take long to arrive
     * @param nodes names the node that has a key
     */
    record Connections(
            StatefulConnection<String, byte[]> writer,
            RedisClusterAsyncCommands<String, byte[]> writing,
            RedisClusterAsyncCommands<String, byte[]> reading,
            RedisClusterAsyncCommands<String, byte[]> pulse,
            StatefulRedisPubSubConnection<String, byte[]> waking,
            UnaryOperator<String> nodes) {}

    /** Tells the listener of messages; called once, before {@link #connect()}. */
    void tell(RedisPubSubListener<String, byte[]> newListener) {
        listener = newListener;
    }

    boolean isConnected() {
        return connections != null;
    }

    /**
     * Connects; waits for Redis.
     *
     * @throws io.lettuce.core.RedisException if it does not answer
     */
    synchronized void connect() {
        Connections made = connecting.get();
        if (listener != null) {
            made.waking().addListener(listener);
        }
        connections = made;
    }

    RedisClusterAsyncCommands<String, byte[]> writing() {
        return connections().writing();
    }

    /**
     * Sends commands one after the other over the same connection, even if another one is made meanwhile.
     *
     * @throws io.lettuce.core.RedisException if there is no connection
     */
    void writeTogether(List<? extends RedisCommand<String, byte[], ?>> commands) {
        connections().writer().dispatch(commands);
    }

    RedisClusterAsyncCommands<String, byte[]> reading() {
        return connections().reading();
    }

    RedisClusterAsyncCommands<String, byte[]> pulse() {
        return connections().pulse();
    }

    /** The node that has the key, by some name; of a single server, and as long as nothing is known, always the same. */
    String node(String key) {
        Connections made = connections;
        return made == null ? "" : made.nodes().apply(key);
    }

    StatefulRedisPubSubConnection<String, byte[]> waking() {
        return connections().waking();
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
        client.shutdown(Duration.ZERO, PATIENCE);
        // They are not the client's own, which it would shut down itself.
        client.getResources()
                .shutdown(0, PATIENCE.toMillis(), TimeUnit.MILLISECONDS)
                .awaitUninterruptibly(PATIENCE.toMillis());
    }
}
