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
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.util.concurrent.ScheduledFuture;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.SocketAddress;
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
 * Configures Lettuce. Commands fail while there is no connection. Commands without a reply when a connection is lost are
 * not sent again, since only their callers know whether that would do harm. A connection that does not answer is closed.
 */
final class RedisClients {

    static final RedisCodec<String, byte[]> CODEC = RedisCodec.of(StringCodec.UTF8, ByteArrayCodec.INSTANCE);
    private static final int MAX_UNANSWERED = 100_000;

    /** To one server, or to each node of a Cluster. */
    private static final int CONNECTIONS = 4;

    private static final Duration TOPOLOGY_REFRESH = Duration.ofSeconds(15);

    /** Lettuce's default is 30 s, much longer than many outages of Redis. */
    private static final Duration MAX_RECONNECT_DELAY = Duration.ofSeconds(1);

    /** Some seconds, since a failover takes as long. */
    private static final int ATTEMPTS_BEFORE_TOPOLOGY = 2;

    private RedisClients() {}

    /**
     * Returns a link that is not connected yet.
     *
     * @param timeout of a command, and of connecting
     */
    static RedisLink link(RedisConfig.Server server, Duration timeout) {
        List<RedisURI> uris = server.uris().stream().map(RedisURI::create).toList();
        uris.forEach(uri -> uri.setTimeout(timeout));
        return server.isCluster()
                ? cluster(uris, timeout, server.trust())
                : single(uris.get(0), timeout, server.trust());
    }

    /** Returns resources for one client, which has to be shut down before them. */
    private static ClientResources resources(Duration timeout) {
        return ClientResources.builder()
                // A thread for each connection, so that a large reply on one delays no other.
                .ioThreadPoolSize(Math.max(CONNECTIONS, Runtime.getRuntime().availableProcessors()))
                .reconnectDelay(Delay.exponential(Duration.ZERO, MAX_RECONNECT_DELAY, 2, TimeUnit.MILLISECONDS))
                .nettyCustomizer(new NettyCustomizer() {
                    @Override
                    public void afterChannelInitialized(Channel channel) {
                        // First in the pipeline, so that it also sees the handshakes of TLS and Lettuce.
                        channel.pipeline().addFirst(new ReplyTimeoutHandler(timeout));
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
        // REJECT_COMMANDS would also reject commands during the first connect to a node.
        options.disconnectedBehavior(ClientOptions.DisconnectedBehavior.ACCEPT_COMMANDS);
        client.setOptions(options.topologyRefreshOptions(ClusterTopologyRefreshOptions.builder()
                        .enablePeriodicRefresh(TOPOLOGY_REFRESH)
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

    /** Returns the node that has the key, from Lettuce's copy of the topology. */
    private static String node(StatefulRedisClusterConnection<String, byte[]> connection, String key) {
        RedisClusterNode node = connection.getPartitions().getMasterBySlot(SlotHash.getSlot(key));
        return node == null ? "" : node.getNodeId();
    }

    /** Opens all connections. If one fails, it closes the others, which would otherwise stay open for ever. */
    private static <C extends StatefulConnection<String, byte[]>> RedisLink.Connections connections(
            Supplier<C> connecting,
            Function<C, RedisClusterAsyncCommands<String, byte[]>> commands,
            Supplier<? extends StatefulRedisPubSubConnection<String, byte[]>> connectingToNotify,
            BiFunction<C, String, String> nodes) {
        List<StatefulConnection<String, byte[]>> open = new ArrayList<>();
        try {
            C writing = connecting.get();
            open.add(writing);
            C reading = connecting.get();
            open.add(reading);
            C health = connecting.get();
            open.add(health);
            return new RedisLink.Connections(
                    writing,
                    commands.apply(writing),
                    commands.apply(reading),
                    commands.apply(health),
                    connectingToNotify.get(),
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
                .requestQueueSize(MAX_UNANSWERED)
                .timeoutOptions(TimeoutOptions.enabled(timeout))
                .sslOptions(ssl(trust))
                .socketOptions(SocketOptions.builder()
                        .connectTimeout(timeout)
                        .keepAlive(true)
                        .build());
    }

    /** Lettuce reads the file for each connection, so that it may be replaced. */
    private static SslOptions ssl(@Nullable Path trust) {
        SslOptions.Builder ssl = SslOptions.builder().jdkSslProvider();
        return trust == null ? ssl.build() : ssl.trustManager(trust.toFile()).build();
    }

    /**
     * Closes a connection that has received nothing since a command was sent. If Redis hangs or the network drops packets,
     * TCP notices after minutes only, and Lettuce only lets commands time out. Once the connection is closed, Lettuce
     * connects again, to the node that the Sentinel or the Cluster names by then.
     *
     * <p>One per connection; called on its event loop only.
     */
    static final class ReplyTimeoutHandler extends ChannelDuplexHandler {

        private static final Logger LOG = System.getLogger(ReplyTimeoutHandler.class.getName());

        /** The number of checks without a reply; the first may come right after the command. */
        private static final int MAX_CHECKS = 2;

        private final long millis;
        private boolean isAwaiting;
        private int checks;
        private @Nullable ScheduledFuture<?> timer;

        /**
         * @param timeout a reply may take that long; after at most twice that time the connection is closed
         */
        ReplyTimeoutHandler(Duration timeout) {
            this.millis = timeout.toMillis();
        }

        @Override
        public void channelActive(ChannelHandlerContext ctx) {
            // One timer for all commands: a timer for each would cost more than the command.
            timer = ctx.executor().scheduleWithFixedDelay(() -> check(ctx), millis, millis, TimeUnit.MILLISECONDS);
            ctx.fireChannelActive();
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            if (timer != null) {
                timer.cancel(false);
            }
            ctx.fireChannelInactive();
        }

        @Override
        public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) throws Exception {
            isAwaiting = true;
            super.write(ctx, message, promise);
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            isAwaiting = false;
            checks = 0;
            ctx.fireChannelRead(message);
        }

        private void check(ChannelHandlerContext ctx) {
            if (!isAwaiting) {
                return;
            }
            checks++;
            if (checks >= MAX_CHECKS) {
                SocketAddress from = ctx.channel().remoteAddress();
                var unused = ctx.close();
                LOG.log(Level.INFO, "Nothing came from {0} for {1} ms or more: the connection is closed", from, millis);
            }
        }
    }
}
