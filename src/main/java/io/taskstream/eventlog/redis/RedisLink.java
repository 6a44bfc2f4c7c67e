package io.taskstream.eventlog.redis;

import io.lettuce.core.AbstractRedisClient;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.cluster.ClusterClientOptions;
import io.lettuce.core.cluster.ClusterTopologyRefreshOptions;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.codec.RedisCodec;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import java.time.Duration;
import java.util.List;

/**
 * The connections of this server: one to append, one to read, one to be woken, whatever the number of tasks. On a
 * Cluster Lettuce makes that one for each of its nodes.
 *
 * <p>What is asked for while there is no connection fails, and what was not answered when it was lost is not
 * sent again behind our back: only who asked knows whether that does harm.
 */
final class RedisLink implements AutoCloseable {

    private static final RedisCodec<String, byte[]> CODEC = RedisCodec.of(StringCodec.UTF8, ByteArrayCodec.INSTANCE);
    private static final int MOST_UNANSWERED = 100_000;

    private final AbstractRedisClient client;
    private final RedisClusterAsyncCommands<String, byte[]> writing;
    private final RedisClusterAsyncCommands<String, byte[]> reading;
    private final StatefulRedisPubSubConnection<String, byte[]> waking;

    private RedisLink(
            AbstractRedisClient client,
            RedisClusterAsyncCommands<String, byte[]> writing,
            RedisClusterAsyncCommands<String, byte[]> reading,
            StatefulRedisPubSubConnection<String, byte[]> waking) {
        this.client = client;
        this.writing = writing;
        this.reading = reading;
        this.waking = waking;
    }

    /**
     * Connects.
     *
     * @throws io.lettuce.core.RedisException if Redis does not answer
     */
    static RedisLink open(RedisPlace place, Duration timeout) {
        List<RedisURI> uris = place.uris().stream().map(RedisURI::create).toList();
        uris.forEach(uri -> uri.setTimeout(timeout));
        return place.isCluster() ? cluster(uris, timeout) : single(uris.get(0), timeout);
    }

    private static RedisLink single(RedisURI uri, Duration timeout) {
        RedisClient client = RedisClient.create(uri);
        client.setOptions(options(ClientOptions.builder(), timeout).build());
        try {
            return new RedisLink(
                    client, client.connect(CODEC).async(), client.connect(CODEC).async(), client.connectPubSub(CODEC));
        } catch (RuntimeException e) {
            client.shutdown(Duration.ZERO, Duration.ofSeconds(1));
            throw e;
        }
    }

    private static RedisLink cluster(List<RedisURI> uris, Duration timeout) {
        RedisClusterClient client = RedisClusterClient.create(uris);
        ClusterClientOptions.Builder options = ClusterClientOptions.builder();
        options(options, timeout);
        // Rejecting would reject, too, what comes while the first connection to a node is made.
        options.disconnectedBehavior(ClientOptions.DisconnectedBehavior.ACCEPT_COMMANDS);
        client.setOptions(options.topologyRefreshOptions(ClusterTopologyRefreshOptions.builder()
                        .enablePeriodicRefresh(Duration.ofSeconds(15))
                        .build())
                .build());
        try {
            return new RedisLink(
                    client, client.connect(CODEC).async(), client.connect(CODEC).async(), client.connectPubSub(CODEC));
        } catch (RuntimeException e) {
            client.shutdown(Duration.ZERO, Duration.ofSeconds(1));
            throw e;
        }
    }

    private static ClientOptions.Builder options(ClientOptions.Builder builder, Duration timeout) {
        return builder.autoReconnect(true)
                .disconnectedBehavior(ClientOptions.DisconnectedBehavior.REJECT_COMMANDS)
                .replayFilter(command -> true)
                .requestQueueSize(MOST_UNANSWERED)
                .timeoutOptions(TimeoutOptions.enabled(timeout))
                .socketOptions(SocketOptions.builder()
                        .connectTimeout(timeout)
                        .keepAlive(true)
                        .build());
    }

    /** What appends; a separate connection, since {@code WAIT} holds up all that follows on it. */
    RedisClusterAsyncCommands<String, byte[]> writing() {
        return writing;
    }

    RedisClusterAsyncCommands<String, byte[]> reading() {
        return reading;
    }

    StatefulRedisPubSubConnection<String, byte[]> waking() {
        return waking;
    }

    @Override
    public void close() {
        client.shutdown(Duration.ZERO, Duration.ofSeconds(2));
    }
}
