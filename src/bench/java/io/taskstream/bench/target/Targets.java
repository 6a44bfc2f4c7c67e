package io.taskstream.bench.target;

import io.taskstream.bench.peer.CeilingPeer;
import io.taskstream.bench.peer.SpringPeer;
import io.taskstream.bench.peer.UndertowPeer;
import io.taskstream.it.server.Server;
import io.taskstream.it.server.ServerOptions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** All that can be measured. */
public final class Targets {

    private Targets() {}

    /**
     * All targets, none of them started.
     *
     * @param war Taskstream
     * @param before another build of it, {@code null} for none
     * @param directory where all files go
     * @param heap of each JVM, as {@code -Xmx} takes it
     * @param settings system properties for the servers
     */
    public static List<Target> all(
            Path war, @Nullable Path before, Path directory, String heap, Map<String, String> settings) {
        List<Path> ours = List.of(war);
        List<Path> textbook = List.of(TextbookArchive.in(directory));
        List<Target> targets = new ArrayList<>();
        if (before != null) {
            for (String name : List.of("wildfly", "payara")) {
                Path files = directory.resolve("before-" + name);
                targets.add(ServerTarget.taskstream(
                        "before " + name, server(name, files, List.of(before), heap, () -> settings)));
            }
        }
        targets.addAll(List.of(
                ServerTarget.taskstream(
                        "taskstream wildfly",
                        server("wildfly", directory.resolve("wildfly"), ours, heap, () -> settings)),
                ServerTarget.taskstream(
                        "taskstream payara", server("payara", directory.resolve("payara"), ours, heap, () -> settings)),
                ServerTarget.textbook(
                        "textbook wildfly",
                        server("wildfly", directory.resolve("textbook-wildfly"), textbook, heap, Map::of)),
                ServerTarget.textbook(
                        "textbook payara",
                        server("payara", directory.resolve("textbook-payara"), textbook, heap, Map::of)),
                new NchanTarget(1, directory),
                new NchanTarget(2, directory),
                new PeerTarget("undertow", UndertowPeer.class, "", heap, directory),
                new PeerTarget("spring", SpringPeer.class, "", heap, directory),
                new PeerTarget("ceiling single", CeilingPeer.class, "single", heap, directory),
                new PeerTarget("ceiling joined", CeilingPeer.class, "joined", heap, directory)));
        return targets;
    }

    /**
     * Taskstream with each of these engines on each server, and with {@code redis} also on two servers that share one;
     * none of them started.
     *
     * @param engines as {@code taskstream.log.engine} takes them
     * @param war Taskstream
     * @param directory where all files go
     * @param heap of each JVM, as {@code -Xmx} takes it
     * @param settings system properties for the servers
     */
    public static List<Target> engines(
            List<String> engines, Path war, Path directory, String heap, Map<String, String> settings) {
        List<Target> targets = new ArrayList<>();
        for (String engine : engines) {
            var redis = new SharedRedis();
            Supplier<Map<String, String>> all = () -> {
                Map<String, String> more = new TreeMap<>(settings);
                more.put("taskstream.log.engine", engine);
                if (engine.equals("redis")) {
                    more.put("taskstream.redis.url", redis.uri());
                }
                return more;
            };
            List<SharedServer> servers = new ArrayList<>();
            for (String name : List.of("wildfly", "payara")) {
                SharedServer server = server(name, directory.resolve(name + "-" + engine), List.of(war), heap, all);
                servers.add(server);
                targets.add(
                        engine.equals("redis")
                                ? ServerTarget.onRedis(name + " redis", List.of(server), redis)
                                : ServerTarget.taskstream(name + " " + engine, server));
            }
            if (engine.equals("redis")) {
                targets.add(ServerTarget.onRedis("both redis", servers, redis));
            }
        }
        return targets;
    }

    /** A server that runs already, on this machine. */
    public static Target running(long pid, int port) {
        return new RunningTarget(pid, port);
    }

    private static SharedServer server(
            String product, Path directory, List<Path> archives, String heap, Supplier<Map<String, String>> settings) {
        return new SharedServer(
                () -> {
                    ServerOptions options =
                            ServerOptions.in(directory).heap(heap).with("taskstream.server.configured", "true");
                    for (Map.Entry<String, String> setting : settings.get().entrySet()) {
                        options = options.with(setting.getKey(), setting.getValue());
                    }
                    return Server.create(product, options);
                },
                archives);
    }
}
