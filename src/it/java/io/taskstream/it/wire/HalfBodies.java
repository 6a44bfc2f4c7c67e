package io.taskstream.it.wire;

import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;

/** More connections than a server has threads, each of which announces a body and does not send all of it. */
public final class HalfBodies implements AutoCloseable {

    private static final int CONNECTIONS = 260;

    private final List<RawConnection> connections = new ArrayList<>();

    /**
     * Sends the request on all of them.
     *
     * @param line the request line without the version
     * @param fields further lines of the head, each with its end
     * @param part of the body that is sent, of which one byte more is announced; in ASCII
     */
    public HalfBodies(URI server, String line, String fields, String part) {
        String request = line + " HTTP/1.1\r\nHost: test\r\n" + fields + "Content-Length: " + (part.length() + 1)
                + "\r\n\r\n" + part;
        for (int i = 0; i < CONNECTIONS; i++) {
            RawConnection connection = new RawConnection(server, 0);
            connections.add(connection);
            connection.send(request);
        }
    }

    /** Waits for all answers. Returns their statuses. */
    public List<Integer> answers() throws IOException {
        List<Integer> codes = new ArrayList<>();
        for (RawConnection connection : connections) {
            codes.add(connection.readHead().code());
        }
        return codes;
    }

    @Override
    public void close() {
        connections.forEach(RawConnection::close);
    }
}
