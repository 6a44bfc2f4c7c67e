package io.taskstream.it.wire;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** A plain connection that speaks HTTP/1.1 byte by byte, so that tests see and send exactly what is on the wire. */
public final class RawConnection implements AutoCloseable {

    private static final int PATIENCE_MILLIS = 200_000;

    private final Socket socket = new Socket();
    private final InputStream in;

    /**
     * Connects.
     *
     * @param receiveBuffer {@code SO_RCVBUF} in bytes, 0 for the system's own: only a small one makes a slow reader slow
     */
    public RawConnection(URI server, int receiveBuffer) {
        try {
            if (receiveBuffer > 0) {
                socket.setReceiveBufferSize(receiveBuffer);
            }
            socket.setSoTimeout(PATIENCE_MILLIS);
            socket.setTcpNoDelay(true);
            socket.connect(new InetSocketAddress(server.getHost(), server.getPort()));
            in = new BufferedInputStream(socket.getInputStream(), receiveBuffer > 0 ? 256 : 8192);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Sends the bytes on a separate connection. Returns all that comes back until the server closes it; nothing
     * if it just breaks it off.
     */
    public static String exchange(URI server, byte[] request) {
        try (var connection = new RawConnection(server, 0)) {
            connection.send(request);
            return connection.readToEnd();
        } catch (IOException | UncheckedIOException e) {
            return "";
        }
    }

    /** Sends the text as it is, in UTF-8. */
    public void send(String text) {
        send(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Sends the bytes as they are. */
    public void send(byte[] bytes) {
        try {
            socket.getOutputStream().write(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Reads the head of an answer. */
    public Head readHead() throws IOException {
        String status = readLine();
        Map<String, String> fields = new TreeMap<>();
        for (String line = readLine(); !line.isEmpty(); line = readLine()) {
            int colon = line.indexOf(':');
            fields.put(
                    line.substring(0, colon).toLowerCase(Locale.ROOT),
                    line.substring(colon + 1).strip());
        }
        return new Head(status, fields);
    }

    /** One line, without its end; empty at the end of the stream. */
    String readLine() throws IOException {
        var line = new ByteArrayOutputStream();
        for (int b = in.read(); b >= 0 && b != '\n'; b = in.read()) {
            if (b != '\r') {
                line.write(b);
            }
        }
        return line.toString(StandardCharsets.UTF_8);
    }

    /** Exactly that many bytes. */
    byte[] read(int length) throws IOException {
        byte[] bytes = in.readNBytes(length);
        if (bytes.length < length) {
            throw new EOFException();
        }
        return bytes;
    }

    /** The body of an answer that has a length; empty if it has none. */
    public String readBody(Head head) throws IOException {
        byte[] body = read(Integer.parseInt(head.fields().getOrDefault("content-length", "0")));
        return new String(body, StandardCharsets.UTF_8);
    }

    /** Reads what has arrived, at least one byte. Returns the number of bytes. */
    public int readSome() throws IOException {
        return in.read(new byte[1 << 13]);
    }

    /** What has arrived, at least one byte. */
    public String readSomeText() throws IOException {
        byte[] some = new byte[1 << 13];
        int count = in.read(some);
        if (count < 0) {
            throw new EOFException();
        }
        return new String(some, 0, count, StandardCharsets.ISO_8859_1);
    }

    /** Everything up to the end of the connection. */
    public String readToEnd() throws IOException {
        return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }

    /** Breaks the connection off with a reset instead of an end. */
    public void reset() {
        try {
            socket.setSoLinger(true, 0);
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * The head of an answer.
     *
     * @param status the status line
     * @param fields by their names in lower case
     */
    public record Head(String status, Map<String, String> fields) {

        /** The status code. */
        public int code() {
            return Integer.parseInt(status.substring(9, 12));
        }

        boolean isChunked() {
            return "chunked".equals(fields.get("transfer-encoding"));
        }
    }
}
