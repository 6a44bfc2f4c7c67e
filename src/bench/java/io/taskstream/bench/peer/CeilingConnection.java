package io.taskstream.bench.peer;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** A viewer's or a publisher's connection. Knows just enough of HTTP for the load driver. */
final class CeilingConnection {

    private static final byte[] STREAM = ascii("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n");
    private static final byte[] ANSWER =
            ascii("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}");

    private final CeilingPeer peer;
    private final SocketChannel channel;
    private final SelectionKey key;
    private byte[] pending = new byte[1024];
    private int filled;
    private int bodyLeft = -1;
    private boolean lines;
    private int position;
    private @Nullable CeilingTask watched;
    private @Nullable CeilingTask published;

    CeilingConnection(CeilingPeer peer, SocketChannel channel, SelectionKey key) {
        this.peer = peer;
        this.channel = channel;
        this.key = key;
    }

    SocketChannel channel() {
        return channel;
    }

    void received(ByteBuffer bytes) throws IOException {
        int more = bytes.remaining();
        if (filled + more > pending.length) {
            pending = Arrays.copyOf(pending, (filled + more) * 2);
        }
        bytes.get(pending, filled, more);
        filled += more;
        int at = 0;
        for (int next = parse(at); next > at; next = parse(at)) {
            at = next;
        }
        System.arraycopy(pending, at, pending, 0, filled - at);
        filled -= at;
    }

    /** Takes one head, event or line; answers the place behind it. */
    private int parse(int at) throws IOException {
        CeilingTask task = published;
        if (bodyLeft < 0 || task == null) {
            return parseHead(at);
        }
        int end = lines ? endOfLine(at) : at + bodyLeft;
        if (end < 0 || end > filled) {
            return at;
        }
        task.add(pending, at, end - at);
        peer.changed(task);
        int next = lines ? end + 1 : end;
        bodyLeft -= next - at;
        if (bodyLeft == 0) {
            bodyLeft = -1;
            channel.write(ByteBuffer.wrap(ANSWER));
        }
        return next;
    }

    private int endOfLine(int from) {
        for (int at = from; at < filled; at++) {
            if (pending[at] == '\n') {
                return at;
            }
        }
        return -1;
    }

    private int parseHead(int at) throws IOException {
        String text = new String(pending, at, Math.min(filled - at, 512), StandardCharsets.ISO_8859_1);
        int end = text.indexOf("\r\n\r\n");
        if (end < 0) {
            return at;
        }
        String path = text.substring(text.indexOf(' ') + 1, text.indexOf(" HTTP"));
        CeilingTask task = peer.task(Requests.task(path));
        if (text.startsWith("GET")) {
            channel.write(ByteBuffer.wrap(STREAM));
            position = task.join(this);
            watched = task;
        } else {
            int length = text.indexOf("Content-Length: ") + 16;
            bodyLeft = Integer.parseInt(text.substring(length, text.indexOf('\r', length)));
            lines = text.contains("ndjson");
            published = task;
        }
        return at + end + 4;
    }

    boolean isBlocked() {
        return key.isValid() && key.interestOps() != SelectionKey.OP_READ;
    }

    /** Writes what the viewer has not had yet. */
    void flush() throws IOException {
        CeilingTask task = watched;
        if (task == null || !key.isValid()) {
            return;
        }
        try {
            ByteBuffer frames = task.from(position);
            position += channel.write(frames);
            key.interestOps(
                    frames.hasRemaining() ? SelectionKey.OP_READ | SelectionKey.OP_WRITE : SelectionKey.OP_READ);
        } catch (IOException e) {
            close();
        }
    }

    void close() throws IOException {
        CeilingTask task = watched;
        watched = null;
        if (task != null) {
            task.leave(this);
        }
        key.cancel();
        channel.close();
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
