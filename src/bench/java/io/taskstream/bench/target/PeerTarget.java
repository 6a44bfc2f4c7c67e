package io.taskstream.bench.target;

import static java.util.Objects.requireNonNull;

import io.taskstream.it.server.Await;
import io.taskstream.it.server.Command;
import io.taskstream.it.server.Ports;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A peer in Java, in a JVM of its own with the same heap as the servers. */
final class PeerTarget implements Target {

    private final String name;
    private final Class<?> main;
    private final String heap;
    private final String mode;
    private final Path directory;
    private final int port = Ports.free();
    private @Nullable Process process;

    /**
     * @param mode the second argument to the program
     */
    PeerTarget(String name, Class<?> main, String mode, String heap, Path directory) {
        this.name = name;
        this.main = main;
        this.mode = mode;
        this.heap = heap;
        this.directory = directory;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public void start() {
        if (process != null) {
            return;
        }
        process = new Command(
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin", "java")
                                        .toString(),
                                "-Xms64m",
                                "-Xmx" + heap,
                                "-cp",
                                System.getProperty("java.class.path"),
                                main.getName(),
                                Integer.toString(port),
                                mode),
                        Map.of())
                .start(directory.resolve(name.replace(' ', '-') + ".log"));
        Runtime.getRuntime().addShutdownHook(new Thread(this::close, "stop-peer"));
        Await.until(name + " listens", Duration.ofSeconds(60), () -> Ports.answers(port));
    }

    @Override
    public InetSocketAddress address() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }

    @Override
    public void create(String task) {
        // It is there when it is asked for.
    }

    /** Some find out by writing only that nobody is there. */
    @Override
    public void forget(String task) {
        Control.send("POST", address(), eventsPath(task), "{}");
        Control.send("POST", address(), eventsPath(task), "{}");
    }

    @Override
    public boolean takesLines() {
        return true;
    }

    @Override
    public boolean replays() {
        return false;
    }

    @Override
    public Duration cpuTime() {
        return Processes.cpuTime(requireNonNull(process).toHandle());
    }

    @Override
    public Memory memory() {
        return Processes.heap(requireNonNull(process).pid());
    }

    @Override
    public void close() {
        if (process != null) {
            process.destroyForcibly();
        }
    }
}
