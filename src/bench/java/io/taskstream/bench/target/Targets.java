package io.taskstream.bench.target;

import io.taskstream.bench.peer.CeilingPeer;
import io.taskstream.bench.peer.SpringPeer;
import io.taskstream.bench.peer.UndertowPeer;
import io.taskstream.it.server.Server;
import io.taskstream.it.server.ServerOptions;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** All that can be measured. */
public final class Targets {

    private Targets() {}

    /**
     * All targets, none of them started.
     *
     * @param war Taskstream
     * @param directory where all files go
     * @param heap of each JVM, as {@code -Xmx} takes it
     * @param settings system properties for the servers
     */
    public static List<Target> all(Path war, Path directory, String heap, Map<String, String> settings) {
        List<Path> archives = List.of(war, TextbookArchive.in(directory));
        SharedServer wildfly = server("wildfly", archives, directory, heap, settings);
        SharedServer payara = server("payara", archives, directory, heap, settings);
        return List.of(
                new ServerTarget("taskstream wildfly", wildfly, false),
                new ServerTarget("taskstream payara", payara, false),
                new ServerTarget("textbook wildfly", wildfly, true),
                new ServerTarget("textbook payara", payara, true),
                new NchanTarget(1, directory),
                new NchanTarget(2, directory),
                new PeerTarget("undertow", UndertowPeer.class, "", heap, directory),
                new PeerTarget("spring", SpringPeer.class, "", heap, directory),
                new PeerTarget("ceiling single", CeilingPeer.class, "single", heap, directory),
                new PeerTarget("ceiling joined", CeilingPeer.class, "joined", heap, directory));
    }

    /** A server that runs already, on this machine. */
    public static Target running(long pid, int port) {
        return new RunningTarget(pid, port);
    }

    private static SharedServer server(
            String name, List<Path> archives, Path directory, String heap, Map<String, String> settings) {
        return new SharedServer(
                () -> {
                    ServerOptions options = ServerOptions.in(directory.resolve(name))
                            .heap(heap)
                            .with("taskstream.server.configured", "true");
                    for (Map.Entry<String, String> setting : settings.entrySet()) {
                        options = options.with(setting.getKey(), setting.getValue());
                    }
                    return Server.create(name, options);
                },
                archives);
    }
}
