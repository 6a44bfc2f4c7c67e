package io.taskstream.it.wire;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;

/** A publisher whose request stays open: the test sends pieces of its body. */
public final class RawPublisher implements AutoCloseable {

    private final RawConnection connection;

    /** Opens a chunked POST to the task's events. */
    public RawPublisher(URI server, String task, String contentType, String... headers) {
        connection = new RawConnection(server, 0);
        var head = new StringBuilder(
                "POST " + server.getPath() + "/tasks/" + task + "/events HTTP/1.1\r\nHost: test\r\nContent-Type: "
                        + contentType + "\r\nTransfer-Encoding: chunked\r\n");
        for (int i = 0; i < headers.length; i += 2) {
            head.append(headers[i]).append(": ").append(headers[i + 1]).append("\r\n");
        }
        connection.send(head.append("\r\n").toString());
    }

    /** Sends a piece of the body, at once. */
    public void send(String piece) {
        byte[] bytes = piece.getBytes(StandardCharsets.UTF_8);
        connection.send(Integer.toHexString(bytes.length) + "\r\n" + piece + "\r\n");
    }

    /** Ends the body. Returns the answer's status line and body. */
    public String end() throws IOException {
        connection.send("0\r\n\r\n");
        return answer();
    }

    /** Waits for the answer, which may come before the body's end. */
    public String answer() throws IOException {
        RawConnection.Head head = connection.readHead();
        return head.status() + "\n" + connection.readBody(head);
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
