package io.taskstream.bench.target;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;

/** Taskstream, or the textbook's way, on a real server. */
final class ServerTarget implements Target {

    private final String name;
    private final SharedServer server;
    private final boolean textbook;

    ServerTarget(String name, SharedServer server, boolean textbook) {
        this.name = name;
        this.server = server;
        this.textbook = textbook;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public void start() {
        server.running();
    }

    @Override
    public InetSocketAddress address() {
        return new InetSocketAddress(
                InetAddress.getLoopbackAddress(), server.running().url().getPort());
    }

    private String path(String task) {
        return (textbook ? "/textbook" : "") + "/tasks/" + task;
    }

    @Override
    public String streamPath(String task) {
        return path(task) + "/stream";
    }

    @Override
    public String eventsPath(String task) {
        return path(task) + "/events";
    }

    @Override
    public void create(String task) {
        if (!textbook) {
            Control.send("PUT", address(), path(task), "");
        }
    }

    /** The containers' sinks find out by writing that nobody is there. */
    @Override
    public void forget(String task) {
        if (textbook) {
            Control.send("POST", address(), eventsPath(task), "{}");
            Control.send("POST", address(), eventsPath(task), "{}");
        } else {
            Control.send("DELETE", address(), path(task), "");
        }
    }

    @Override
    public boolean takesLines() {
        return true;
    }

    @Override
    public boolean replays() {
        return !textbook;
    }

    @Override
    public Duration cpuTime() {
        return Processes.cpuTime(server.running().process().orElseThrow());
    }

    @Override
    public Memory memory() {
        return Processes.heap(server.running().process().orElseThrow().pid());
    }

    @Override
    public void close() {
        server.close();
    }
}
