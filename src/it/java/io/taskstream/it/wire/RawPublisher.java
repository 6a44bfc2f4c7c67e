package io.taskstream.it.wire;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;

/** A publisher whose request stays open: it sends pieces of its body when told to. */
public final class RawPublisher implements AutoCloseable {

    private final RawConnection connection;

    /** Opens a chunked POST to the task's events. */
    public RawPublisher(URI server, String task, String contentType) {
        connection = new RawConnection(server, 0);
        sendHead(task, contentType, "");
    }

    private RawPublisher(URI server, String task) throws IOException {
        connection = new RawConnection(server, 0);
        sendHead(task, "text/plain", "Expect: 100-continue\r\n");
        if (connection.readHead().code() != 100) {
            throw new IOException("The body is not wanted");
        }
    }

    /** Opens a POST of text as curl does: the body begins when the server has asked for it. */
    public static RawPublisher likeCurl(URI server, String task) throws IOException {
        return new RawPublisher(server, task);
    }

    private void sendHead(String task, String contentType, String more) {
        connection.send("POST /tasks/" + task + "/events HTTP/1.1\r\nHost: test\r\nContent-Type: " + contentType
                + "\r\nTransfer-Encoding: chunked\r\n" + more + "\r\n");
    }

    /** Sends a piece of the body, at once. */
    public void send(String piece) {
        byte[] bytes = piece.getBytes(StandardCharsets.UTF_8);
        connection.send(Integer.toHexString(bytes.length) + "\r\n" + piece + "\r\n");
    }

    /** Ends the body and answers the server's answer, head and body in one. */
    public String end() throws IOException {
        connection.send("0\r\n\r\n");
        RawConnection.Head head = connection.readHead();
        while (head.code() == 100) {
            // Asked for once more, by the server behind a proxy.
            head = connection.readHead();
        }
        int length = Integer.parseInt(head.fields().getOrDefault("content-length", "0"));
        return head.status() + "\n" + new String(connection.read(length), StandardCharsets.UTF_8);
    }

    /** Breaks the request off in the middle. */
    public void reset() {
        connection.reset();
    }

    @Override
    public void close() {
        connection.close();
    }
}
