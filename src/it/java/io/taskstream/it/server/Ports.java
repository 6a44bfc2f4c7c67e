package io.taskstream.it.server;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.IntStream;

/** Free ports of the loopback interface. */
public final class Ports {

    private static final Duration CLAIM = Duration.ofMinutes(10);

    private Ports() {}

    /**
     * A free port above those of {@link #freeBase}, and below those that the system gives to clients, so that nobody takes it
     * meanwhile.
     */
    public static int free() {
        while (true) {
            int port = ThreadLocalRandom.current().nextInt(30_000, 32_000);
            if (isFree(port) && claim(port)) {
                return port;
            }
        }
    }

    /** A number such that it plus each of the offsets is free, below the range that the system gives out itself. */
    static int freeBase(int... offsets) {
        while (true) {
            int base = ThreadLocalRandom.current().nextInt(100, 300) * 100;
            if (IntStream.of(offsets).allMatch(offset -> isFree(base + offset)) && claim(base)) {
                return base;
            }
        }
    }

    /**
     * Keeps other test runs of this machine from choosing the port before its server has opened it. A claim ends by itself, so
     * a run that was killed leaves none.
     */
    private static boolean claim(int port) {
        Path claim = Path.of(System.getProperty("java.io.tmpdir"), "taskstream-port-" + port);
        try {
            if (Files.exists(claim)
                    && Files.getLastModifiedTime(claim)
                            .toInstant()
                            .isBefore(Instant.now().minus(CLAIM))) {
                Files.delete(claim);
            }
            Files.createFile(claim);
            claim.toFile().deleteOnExit();
            return true;
        } catch (IOException e) {
            // Another run has claimed it, now or before.
            return false;
        }
    }

    /** Whether the port is in use. */
    public static boolean answers(int port) {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException e) {
            return false;
        }
    }

    private static boolean isFree(int port) {
        try (var socket = new ServerSocket()) {
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
