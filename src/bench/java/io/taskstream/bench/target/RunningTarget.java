package io.taskstream.bench.target;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;

/** Taskstream on a server of this machine that runs already, and is left running. */
final class RunningTarget implements Target {

    private final ProcessHandle process;
    private final int port;

    RunningTarget(long pid, int port) {
        this.process = ProcessHandle.of(pid).orElseThrow();
        this.port = port;
    }

    @Override
    public String name() {
        return "taskstream";
    }

    @Override
    public void start() {
        // It runs.
    }

    @Override
    public InetSocketAddress address() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }

    @Override
    public void create(String task) {
        Control.send("PUT", address(), path(task), "");
    }

    @Override
    public void forget(String task) {
        Control.send("DELETE", address(), path(task), "");
    }

    @Override
    public boolean takesLines() {
        return true;
    }

    @Override
    public boolean takesUploads() {
        return true;
    }

    @Override
    public boolean replays() {
        return true;
    }

    @Override
    public Duration cpuTime() {
        return Processes.cpuTime(process);
    }

    @Override
    public Memory memory() {
        return Processes.heap(process.pid());
    }

    @Override
    public void close() {
        // It goes on.
    }
}
