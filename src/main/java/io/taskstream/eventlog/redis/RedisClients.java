package io.taskstream.eventlog.redis;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.SslOptions;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.api.StatefulConnection;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.cluster.ClusterClientOptions;
import io.lettuce.core.cluster.ClusterTopologyRefreshOptions;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.cluster.SlotHash;
import io.lettuce.core.cluster.api.StatefulRedisClusterConnection;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import io.lettuce.core.cluster.models.partitions.RedisClusterNode;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.codec.RedisCodec;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.Delay;
import io.lettuce.core.resource.NettyCustomizer;
import io.netty.channel.Channel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Sets Lettuce up. What is asked for while there is no connection fails, and what was not answered when it was lost is not
 * sent again behind our back: only who asked knows whether that does harm. A connection that does not answer is closed.
 */
final class RedisClients {

    static final RedisCodec<String, byte[]> CODEC = RedisCodec.of(StringCodec.UTF8, ByteArrayCodec.INSTANCE);
    private static final int MOST_UNANSWERED = 100_000;

    /** Of one server, or to each node of a Cluster. */
    private static final int CONNECTIONS = 4;

    private static final Duration TOPOLOGY = Duration.ofSeconds(15);

    /** As it comes, Lettuce doubles this up to 30 s, in which Redis may be well again. */
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(1);

    /** Some seconds of trying, for a failover takes as long. */
    private static final int ATTEMPTS_BEFORE_TOPOLOGY = 2;

    private RedisClients() {}

    /**
     * A link that is not connected yet.
     *
     * @param timeout how long a command or a connection may take
     */
    static RedisLink link(RedisPlace place, Duration timeout) {
        List<RedisURI> uris = place.uris().stream().map(RedisURI::create).toList();
        uris.forEach(uri -> uri.setTimeout(timeout));
        return place.isCluster() ? cluster(uris, timeout, place.trust()) : single(uris.get(0), timeout, place.trust());
    }

    /** Of one client, which has to be shut down before them. */
    private static ClientResources resources(Duration timeout) {
        return ClientResources.builder()
                // A thread for each connection, so that what one receives holds up no other.
                .ioThreadPoolSize(Math.max(CONNECTIONS, Runtime.getRuntime().availableProcessors()))
                .reconnectDelay(Delay.exponential(Duration.ZERO, LONGEST_PAUSE, 2, TimeUnit.MILLISECONDS))
                .nettyCustomizer(new NettyCustomizer() {
                    @Override
                    public void afterChannelInitialized(Channel channel) {
                        // First, so that it sees all that passes, also while TLS and Lettuce shake hands.
                        channel.pipeline().addFirst(new AnswerTimeoutHandler(timeout));
                    }
                })
                .build();
    }

    private static RedisLink single(RedisURI uri, Duration timeout, @Nullable Path trust) {
        RedisClient client = RedisClient.create(resources(timeout), uri);
        client.setOptions(options(ClientOptions.builder(), timeout, trust).build());
        return new RedisLink(
                client,
                () -> connections(
                        () -> client.connect(CODEC),
                        StatefulRedisConnection::async,
                        () -> client.connectPubSub(CODEC),
                        (connection, key) -> ""));
    }

    private static RedisLink cluster(List<RedisURI> uris, Duration timeout, @Nullable Path trust) {
        RedisClusterClient client = RedisClusterClient.create(resources(timeout), uris);
        ClusterClientOptions.Builder options = ClusterClientOptions.builder();
        options(options, timeout, trust);
        // Rejecting would reject, too, what comes while the first connection to a node is made.
        options.disconnectedBehavior(ClientOptions.DisconnectedBehavior.ACCEPT_COMMANDS);
        client.setOptions(options.topologyRefreshOptions(ClusterTopologyRefreshOptions.builder()
                        .enablePeriodicRefresh(TOPOLOGY)
                        .refreshTriggersReconnectAttempts(ATTEMPTS_BEFORE_TOPOLOGY)
                        .build())
                .build());
        return new RedisLink(
                client,
                () -> connections(
                        () -> client.connect(CODEC),
                        StatefulRedisClusterConnection::async,
                        () -> client.connectPubSub(CODEC),
                        RedisClients::node));
    }

    /** The node that has the key; that is asked without Redis, of what Lettuce knows of the Cluster. */
    private static String node(StatefulRedisClusterConnection<String, byte[]> connection, String key) {
        RedisClusterNode node = connection.getPartitions().getMasterBySlot(SlotHash.getSlot(key));
        return node == null ? "" : node.getNodeId();
    }

    /** All connections or, if one fails, none: one that is left open would be kept open for ever. */
    private static <C extends StatefulConnection<String, byte[]>> RedisLink.Connections connections(
            Supplier<C> connecting,
            Function<C, RedisClusterAsyncCommands<String, byte[]>> commands,
            Supplier<? extends StatefulRedisPubSubConnection<String, byte[]>> connectingToWake,
            BiFunction<C, String, String> nodes) {
        List<StatefulConnection<String, byte[]>> open = new ArrayList<>();
        try {
            C writing = connecting.get();
            open.add(writing);
            C reading = connecting.get();
            open.add(reading);
            C pulse = connecting.get();
            open.add(pulse);
            return new RedisLink.Connections(
                    writing,
                    commands.apply(writing),
                    commands.apply(reading),
                    commands.apply(pulse),
                    connectingToWake.get(),
                    key -> nodes.apply(reading, key));
        } catch (RuntimeException e) {
            open.forEach(StatefulConnection::close);
            throw e;
        }
    }

    private static ClientOptions.Builder options(
            ClientOptions.Builder builder, Duration timeout, @Nullable Path trust) {
        return builder.autoReconnect(true)
                .disconnectedBehavior(ClientOptions.DisconnectedBehavior.REJECT_COMMANDS)
                .replayFilter(command -> true)
                .requestQueueSize(MOST_UNANSWERED)
                .timeoutOptions(TimeoutOptions.enabled(timeout))
                .sslOptions(ssl(trust))
                .socketOptions(SocketOptions.builder()
                        .connectTimeout(timeout)
                        .keepAlive(true)
                        .build());
    }

    /** The file is read for each connection, so that it may be replaced. */
    private static SslOptions ssl(@Nullable Path trust) {
        SslOptions.Builder ssl = SslOptions.builder().jdkSslProvider();
        return trust == null ? ssl.build() : ssl.trustManager(trust.toFile()).build();
    }
}
