package io.taskstream.bench.load;

import io.taskstream.bench.target.Target;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.ArrayDeque;
import java.util.Queue;

/** Posts the events of its own tasks, one by one, in turn. Confined to one thread. */
final class PostConnection {

    private static final int RECEIVE_BUFFER = 1 << 14;

    private final Target target;
    private final Selector selector;
    private final byte[][] heads;
    private final Publishing publishing;
    private final ByteBuffer out = ByteBuffer.allocateDirect(1 << 16);
    private final ByteBuffer in = ByteBuffer.allocateDirect(RECEIVE_BUFFER);
    private final byte[] event = new byte[EventText.LENGTH];
    private final ResponseCounter responses = new ResponseCounter();
    private final Queue<Long> due = new ArrayDeque<>();
    private SocketChannel channel;
    private int sent;
    private int answered;

    /**
     * @param heads the request heads, one for each of its tasks
     */
    PostConnection(Target target, byte[][] heads, Publishing publishing, Selector selector) throws IOException {
        this.target = target;
        this.selector = selector;
        this.heads = heads;
        this.publishing = publishing;
        this.channel = connect();
    }

    static byte[] head(Target target, String task) {
        return EventText.ascii("POST " + target.eventsPath(task)
                + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: "
                + EventText.LENGTH + "\r\n\r\n");
    }

    private SocketChannel connect() throws IOException {
        SocketChannel connected = SocketChannel.open(target.address());
        connected.configureBlocking(false);
        connected.register(selector, SelectionKey.OP_READ, this);
        return connected;
    }

    /** An event is due; it is posted when those before it are out of the way. */
    void due(long nanos) throws IOException {
        due.add(nanos);
        send();
    }

    boolean isDone() {
        return answered == heads.length * publishing.events();
    }

    int answered() {
        return answered;
    }

    int refused() {
        return responses.refused();
    }

    /** Posts what is due and may be under way. */
    void send() throws IOException {
        out.clear();
        while (mayBegin()) {
            Long dueNanos = publishing.perSecond() == 0 ? (Long) System.nanoTime() : due.poll();
            if (dueNanos == null) {
                break;
            }
            EventText.write(event, 0, sent / heads.length + 1, dueNanos);
            out.put(heads[sent % heads.length]).put(event);
            sent++;
        }
        out.flip();
        while (out.hasRemaining()) {
            channel.write(out);
        }
    }

    private boolean mayBegin() {
        return sent - answered < publishing.depth()
                && sent < heads.length * publishing.events()
                && out.remaining() > 1024
                && !responses.isClosing();
    }

    /** Reads answers, and goes on. */
    void receive() throws IOException {
        int length = channel.read(in.clear());
        if (length < 0) {
            reconnect();
            return;
        }
        answered += responses.accept(in.flip());
        if (responses.isClosing()) {
            reconnect();
            return;
        }
        send();
    }

    private void reconnect() throws IOException {
        if (isDone()) {
            channel.close();
            return;
        }
        if (sent != answered) {
            throw new IOException(
                    target.name() + " closed the connection with " + (sent - answered) + " posts unanswered");
        }
        channel.close();
        responses.reset();
        channel = connect();
        send();
    }

    void close() throws IOException {
        channel.close();
    }
}
