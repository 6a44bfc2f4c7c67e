package io.taskstream.bench.target;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Taskstream, or the textbook's way, on a real server, or on several that share a Redis. */
final class ServerTarget implements Target {

    private final String name;
    private final List<SharedServer> servers;
    private final @Nullable SharedRedis redis;
    private final boolean textbook;
    private final AtomicInteger turn = new AtomicInteger();

    private ServerTarget(String name, List<SharedServer> servers, @Nullable SharedRedis redis, boolean textbook) {
        this.name = name;
        this.servers = servers;
        this.redis = redis;
        this.textbook = textbook;
    }

    static ServerTarget taskstream(String name, SharedServer server) {
        return new ServerTarget(name, List.of(server), null, false);
    }

    static ServerTarget onRedis(String name, List<SharedServer> servers, SharedRedis redis) {
        return new ServerTarget(name, servers, redis, false);
    }

    static ServerTarget textbook(String name, SharedServer server) {
        return new ServerTarget(name, List.of(server), null, true);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public void start() {
        servers.forEach(SharedServer::running);
    }

    /** Of several servers each in turn. */
    @Override
    public InetSocketAddress address() {
        SharedServer server = servers.get(Math.floorMod(turn.getAndIncrement(), servers.size()));
        return new InetSocketAddress(
                InetAddress.getLoopbackAddress(), server.running().url().getPort());
    }

    @Override
    public String path(String task) {
        return (textbook ? "/textbook" : "") + "/tasks/" + task;
    }

    @Override
    public void create(String task) {
        if (!textbook) {
            Control.send("PUT", address(), path(task), "");
        }
    }

    @Override
    public void forget(String task) {
        if (textbook) {
            // The containers' sinks find out by writing that nobody is there.
            Control.send("POST", address(), eventsPath(task), "{}");
            Control.send("POST", address(), eventsPath(task), "{}");
        }
        Control.send("DELETE", address(), path(task), "");
    }

    @Override
    public boolean takesLines() {
        return true;
    }

    @Override
    public boolean takesUploads() {
        return !textbook;
    }

    @Override
    public boolean replays() {
        return !textbook;
    }

    @Override
    public Duration cpuTime() {
        Duration ofServers = servers.stream()
                .map(server -> Processes.cpuTime(server.running().process().orElseThrow()))
                .reduce(Duration.ZERO, Duration::plus);
        return redis == null ? ofServers : ofServers.plus(Processes.cpuTime(redis.process()));
    }

    /** Of the servers; what Redis keeps is events. */
    @Override
    public Memory memory() {
        long all = 0;
        long own = 0;
        for (SharedServer server : servers) {
            Memory memory =
                    Processes.heap(server.running().process().orElseThrow().pid());
            all += memory.all();
            own += memory.own();
        }
        return new Memory(all, own);
    }

    @Override
    public void close() {
        servers.forEach(SharedServer::close);
        if (redis != null) {
            redis.close();
        }
    }
}
