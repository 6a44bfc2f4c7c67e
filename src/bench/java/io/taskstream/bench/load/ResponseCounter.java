package io.taskstream.bench.load;

import java.nio.ByteBuffer;

/** Finds out where responses to posts end (RFC 9112, section 6.3). Confined to one thread. */
final class ResponseCounter {

    private static final byte[] LENGTH = EventText.ascii("content-length:");
    private static final byte[] CHUNKED = EventText.ascii("transfer-encoding:");
    private static final byte[] CLOSE = EventText.ascii("connection: close");

    private final byte[] bytes = new byte[1 << 16];
    private int filled;
    private boolean closing;
    private int refused;

    /** Takes what was received, and answers how many responses it completes. */
    int accept(ByteBuffer received) {
        int more = received.remaining();
        received.get(bytes, filled, more);
        filled += more;
        int count = 0;
        int start = 0;
        for (int end = endOfResponse(start); end > 0; end = endOfResponse(start)) {
            count++;
            if (bytes[start + 9] != '2') {
                refused++;
            }
            start = end;
        }
        System.arraycopy(bytes, start, bytes, 0, filled - start);
        filled -= start;
        return count;
    }

    /** Whether the server will close the connection. */
    boolean isClosing() {
        return closing;
    }

    int refused() {
        return refused;
    }

    void reset() {
        filled = 0;
        closing = false;
    }

    private int endOfResponse(int start) {
        int length = 0;
        boolean chunked = false;
        for (int at = start + 12; at + 2 < filled; at++) {
            if (bytes[at] != '\n') {
                continue;
            }
            if (bytes[at + 1] == '\r') {
                int body = at + 3;
                return chunked ? endOfChunks(body) : body + length <= filled ? body + length : 0;
            }
            if (is(LENGTH, at + 1)) {
                length = number(at + 1 + LENGTH.length);
            } else if (is(CHUNKED, at + 1)) {
                chunked = true;
            } else if (is(CLOSE, at + 1)) {
                closing = true;
            }
        }
        return 0;
    }

    private boolean is(byte[] name, int at) {
        if (at + name.length > filled) {
            return false;
        }
        for (int i = 0; i < name.length; i++) {
            byte c = bytes[at + i];
            if ((c >= 'A' && c <= 'Z' ? c + 32 : c) != name[i]) {
                return false;
            }
        }
        return true;
    }

    private int number(int from) {
        int number = 0;
        for (int at = from; at < filled && bytes[at] != '\r'; at++) {
            if (bytes[at] != ' ') {
                number = number * 10 + bytes[at] - '0';
            }
        }
        return number;
    }

    private int endOfChunks(int body) {
        for (int at = body; at + 5 <= filled; at++) {
            boolean atLineStart = at == body || bytes[at - 1] == '\n';
            if (atLineStart && bytes[at] == '0' && bytes[at + 1] == '\r' && bytes[at + 3] == '\r') {
                return at + 5;
            }
        }
        return 0;
    }
}
