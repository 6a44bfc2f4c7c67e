package io.taskstream.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A real redis-server on a free port of the loopback interface, with a directory that is deleted when it is closed. */
public final class RedisServer implements AutoCloseable {

    private final int port;
    private final int tlsPort;
    private final List<String> options;
    private final Path directory;
    private Process process;

    /**
     * Starts it and waits until it answers.
     *
     * @param options as on its command line
     */
    public RedisServer(String... options) {
        this(freePort(), 0, options);
    }

    private RedisServer(int port, int tlsPort, String... options) {
        this.port = port;
        this.tlsPort = tlsPort;
        this.options = List.of(options);
        try {
            this.directory = Files.createTempDirectory("redis");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Runtime.getRuntime().addShutdownHook(new Thread(this::kill, "stop-redis"));
        start();
    }

    /** Starts a Sentinel with that configuration, which it writes to. */
    public static RedisServer sentinel(Path config) {
        return new RedisServer(freePort(), 0, config.toString(), "--sentinel");
    }

    /** Starts one, or a Sentinel, that accepts TLS as well, and uses only TLS with others of its kind. */
    public static RedisServer byTls(RedisCertificate certificate, String... options) {
        int tlsPort = freePort();
        List<String> all = new ArrayList<>(List.of(options));
        all.addAll(List.of(certificate.options(tlsPort)));
        all.addAll(List.of("--tls-replication", "yes", "--tls-cluster", "yes"));
        return new RedisServer(freePort(), tlsPort, all.toArray(String[]::new));
    }

    /** A port that nobody listens on now, such that a Cluster's bus, 10,000 above, is a port too. */
    public static int freePort() {
        while (true) {
            try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
                if (socket.getLocalPort() < 55_000) {
                    return socket.getLocalPort();
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** Starts it again with its data. */
    public void start() {
        List<String> command = new ArrayList<>(List.of("redis-server"));
        command.addAll(options);
        command.addAll(List.of("--port", "" + port, "--bind", "127.0.0.1", "--dir", "" + directory));
        if (!options.contains("--sentinel")) {
            command.addAll(List.of("--save", ""));
        }
        try {
            process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(directory.resolve("output.log").toFile())
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Stages.await("redis-server answers", () -> process.isAlive() && isReady());
    }

    /** Starts it again, once, without its append-only file. */
    public void startEmpty() {
        try {
            Files.move(directory.resolve("appendonlydir"), directory.resolve("lost"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        start();
    }

    private boolean isReady() {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(1_000);
            socket.getOutputStream().write("PING\r\n".getBytes(StandardCharsets.US_ASCII));
            byte[] answer = socket.getInputStream().readNBytes(5);
            return new String(answer, StandardCharsets.US_ASCII).equals("+PONG");
        } catch (IOException e) {
            return false;
        }
    }

    public int port() {
        return port;
    }

    /** Where it speaks TLS; 0 for nowhere. */
    public int tlsPort() {
        return tlsPort;
    }

    public ProcessHandle process() {
        return process.toHandle();
    }

    public Path directory() {
        return directory;
    }

    public String uri() {
        return "redis://127.0.0.1:" + port;
    }

    /** Sends a command as {@code redis-cli} takes it. Returns what that prints. */
    public String cli(String... arguments) {
        List<String> command = new ArrayList<>(List.of("redis-cli", "-p", "" + port));
        command.addAll(List.of(arguments));
        return run(command);
    }

    /** Runs a command to its end. Returns what it prints. */
    public static String run(List<String> command) {
        try {
            Process cli = new ProcessBuilder(command).redirectErrorStream(true).start();
            cli.getOutputStream().close();
            String printed = new String(cli.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            cli.waitFor();
            return printed.strip();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** Sends it a signal, such as {@code STOP} or {@code CONT}. */
    public void signal(String name) {
        run(List.of("kill", "-" + name, Long.toString(process.pid())));
    }

    /** Kills it, as the end of the machine would. */
    public void kill() {
        process.destroyForcibly();
        try {
            process.waitFor(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        kill();
        try (Stream<Path> files = Files.walk(directory)) {
            files.sorted(Comparator.reverseOrder())
                    .forEach(path -> path.toFile().delete());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
