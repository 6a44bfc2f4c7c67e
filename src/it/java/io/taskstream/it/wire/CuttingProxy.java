package io.taskstream.it.wire;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * A proxy that can be cut: it forwards bytes as they come, and breaks all connections off on demand, or each after some bytes.
 * It can also act as a server that is down, or one that has no application yet.
 */
public final class CuttingProxy implements AutoCloseable {

    private final InetSocketAddress server;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final Set<Socket> swallowed = ConcurrentHashMap.newKeySet();
    private final AtomicInteger accepted = new AtomicInteger();
    private final AtomicInteger requests = new AtomicInteger();
    private final AtomicInteger notFound = new AtomicInteger();
    private final AtomicInteger cuts = new AtomicInteger();

    private volatile ServerSocket listener;
    private volatile boolean isEmpty;
    private volatile LongSupplier bytesOfConnection = () -> Long.MAX_VALUE;

    /** Listens on a free port of the loopback interface. */
    public CuttingProxy(URI server) {
        this.server = new InetSocketAddress(server.getHost(), server.getPort());
        this.listener = listen(0);
    }

    private ServerSocket listen(int port) {
        try {
            var made = new ServerSocket(port, 50, InetAddress.getLoopbackAddress());
            start("proxy-accept", () -> acceptAll(made));
            return made;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Where it answers. */
    public URI url() {
        return URI.create("http://127.0.0.1:" + listener.getLocalPort());
    }

    /** How many connections have been made to it. */
    public int accepted() {
        return accepted.get();
    }

    /** How many GET requests have passed, also several on one connection. */
    public int requests() {
        return requests.get();
    }

    /** Breaks off every connection that is open now. New ones are served. */
    public void cut() {
        open.forEach(CuttingProxy::reset);
    }

    /** Keeps every connection open that is open now, and forwards nothing on it any more. New ones are served. */
    public void swallow() {
        swallowed.addAll(open);
    }

    /**
     * Breaks off each new connection after some bytes, of both directions together.
     *
     * @param bytes tells after how many, and is asked for each connection
     */
    public void cutAfter(LongSupplier bytes) {
        bytesOfConnection = bytes;
    }

    /** How many connections it has broken off after some bytes. */
    public int cuts() {
        return cuts.get();
    }

    /** Breaks off every connection, and refuses new ones as a port does on which nobody listens. */
    public void refuse() {
        try {
            listener.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        cut();
    }

    /** Answers every request on a new connection 404 in HTML, as a server that has not deployed its applications yet. */
    public void answerNotFound() {
        isEmpty = true;
        if (listener.isClosed()) {
            listener = listen(listener.getLocalPort());
        }
    }

    /** Serves again. After {@link #answerNotFound}. */
    public void accept() {
        isEmpty = false;
    }

    /** How many requests it answered 404. */
    public int notFound() {
        return notFound.get();
    }

    private void acceptAll(ServerSocket from) {
        while (!from.isClosed()) {
            try {
                Socket client = from.accept();
                if (isEmpty) {
                    start("proxy-empty", () -> sayNotFound(client));
                } else {
                    connect(client, from);
                }
            } catch (IOException e) {
                // Closed by the test, or the server is away: the client's connection is closed, too.
            }
        }
    }

    private void sayNotFound(Socket client) {
        try (client) {
            byte[] buffer = new byte[1 << 14];
            if (client.getInputStream().read(buffer) < 0) {
                return;
            }
            client.getOutputStream()
                    .write(("HTTP/1.1 404 Not Found\r\nContent-Type: text/html\r\nContent-Length: 22\r\n"
                                    + "Connection: close\r\n\r\n<h1>404 Not Found</h1>")
                            .getBytes(StandardCharsets.US_ASCII));
            notFound.incrementAndGet();
        } catch (IOException e) {
            // The client has gone; it asks again.
        }
    }

    private void connect(Socket client, ServerSocket from) throws IOException {
        accepted.incrementAndGet();
        Socket upstream = new Socket();
        open.add(client);
        open.add(upstream);
        try {
            // refuse() breaks off what is in `open` after it has closed the port: this one may have come too late for
            // that.
            if (from.isClosed()) {
                throw new SocketException("refused");
            }
            upstream.connect(server);
        } catch (IOException e) {
            end(client, upstream);
            throw e;
        }
        var left = new AtomicLong(bytesOfConnection.getAsLong());
        start("proxy-up", () -> pass(client, upstream, left));
        start("proxy-down", () -> pass(upstream, client, left));
    }

    private void pass(Socket from, Socket to, AtomicLong left) {
        try {
            InputStream in = from.getInputStream();
            byte[] buffer = new byte[1 << 14];
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                if (swallowed.contains(from)) {
                    continue;
                }
                if (new String(buffer, 0, Math.min(read, 4), StandardCharsets.US_ASCII).equals("GET ")) {
                    requests.incrementAndGet();
                }
                int passed = (int) Math.max(0, Math.min(read, left.getAndAdd(-read)));
                to.getOutputStream().write(buffer, 0, passed);
                if (passed < read) {
                    cuts.incrementAndGet();
                    break;
                }
            }
        } catch (IOException e) {
            // Either end is gone; so is the connection.
        }
        end(from, to);
    }

    private void end(Socket one, Socket other) {
        open.remove(one);
        open.remove(other);
        close(one);
        close(other);
    }

    private static void reset(Socket socket) {
        try {
            socket.setSoLinger(true, 0);
        } catch (SocketException e) {
            // It is closed already.
        }
        close(socket);
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void start(String name, Runnable work) {
        var thread = new Thread(work, name);
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() {
        refuse();
    }
}
