package io.taskstream.bench.peer;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/**
 * What the machine can do: one thread, no HTTP library, bytes encoded once. It writes either each event to each viewer
 * at once, or all that came in together in one write.
 */
public final class CeilingPeer {

    private final Map<String, CeilingTask> tasks = new HashMap<>();
    private final Set<CeilingTask> changed = new LinkedHashSet<>();
    private final ByteBuffer in = ByteBuffer.allocateDirect(1 << 16);
    private final boolean joins;
    private final Selector selector;
    private final ServerSocketChannel server;

    private CeilingPeer(int port, boolean joins) throws IOException {
        this.joins = joins;
        this.selector = Selector.open();
        this.server = ServerSocketChannel.open();
        server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 4096);
        server.configureBlocking(false);
        server.register(selector, SelectionKey.OP_ACCEPT);
    }

    public static void main(String[] arguments) throws IOException {
        new CeilingPeer(Integer.parseInt(arguments[0]), arguments[1].equals("joined")).run();
    }

    private void run() throws IOException {
        while (true) {
            selector.select(this::serve);
            for (CeilingTask task : changed) {
                task.flush();
            }
            changed.clear();
        }
    }

    private void serve(SelectionKey key) {
        try {
            if (key.isAcceptable()) {
                accept();
            } else if (key.isWritable()) {
                ((CeilingConnection) key.attachment()).flush();
            } else {
                read(key, (CeilingConnection) key.attachment());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void accept() throws IOException {
        SocketChannel channel = server.accept();
        while (channel != null) {
            channel.configureBlocking(false);
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            SelectionKey key = channel.register(selector, SelectionKey.OP_READ);
            key.attach(new CeilingConnection(this, channel, key));
            channel = server.accept();
        }
    }

    private void read(SelectionKey key, CeilingConnection connection) throws IOException {
        try {
            if (connection.channel().read(in.clear()) >= 0) {
                connection.received(in.flip());
                return;
            }
        } catch (IOException e) {
            // The same as an end.
        }
        key.cancel();
        connection.close();
    }

    CeilingTask task(String id) {
        return tasks.computeIfAbsent(id, task -> new CeilingTask());
    }

    /** An event, or several, were added to the task. */
    void changed(CeilingTask task) throws IOException {
        if (joins) {
            changed.add(task);
        } else {
            task.flush();
        }
    }
}
