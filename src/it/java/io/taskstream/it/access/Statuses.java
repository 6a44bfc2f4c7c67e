package io.taskstream.it.access;

import io.taskstream.it.wire.RawConnection;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;

/** Reads the status only, not the body, which may never end. */
final class Statuses {

    private Statuses() {}

    static int of(URI server, String method, String path, String type, String body, String... headers) {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        var request = new StringBuilder(method + " " + path + " HTTP/1.1\r\nHost: test\r\nConnection: close\r\n");
        for (int i = 0; i < headers.length; i += 2) {
            request.append(headers[i]).append(": ").append(headers[i + 1]).append("\r\n");
        }
        if (type != null) {
            request.append("Content-Type: ").append(type).append("\r\n");
        }
        if (method.equals("POST") || method.equals("PUT")) {
            request.append("Content-Length: ").append(bytes.length).append("\r\n");
        }
        try (var connection = new RawConnection(server, 0)) {
            connection.send(request + "\r\n" + body);
            return connection.readHead().code();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
