package io.taskstream.bench.load;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Takes the body out of an HTTP/1.1 response as its bytes come, chunked or not (RFC 9112, section 7.1).
 *
 * <p>Confined to one thread.
 */
final class BodyDecoder {

    private static final byte[] NOTHING = {};

    private byte[] head = NOTHING;
    private int status;
    private boolean chunked;
    private boolean inData;
    private long left;
    private int size;

    /** 0 until the head is complete. */
    int status() {
        return status;
    }

    /** Hands on the parts of the body that these bytes hold. */
    void accept(byte[] bytes, int length, Body body) {
        int at = status == 0 ? readHead(bytes, length) : 0;
        if (status == 0) {
            return;
        }
        if (!chunked) {
            if (at < length) {
                body.data(bytes, at, length);
            }
            return;
        }
        while (at < length) {
            at = inData ? readData(bytes, at, length, body) : readSize(bytes, at, length);
        }
    }

    private int readHead(byte[] bytes, int length) {
        int before = head.length;
        head = Arrays.copyOf(head, before + length);
        System.arraycopy(bytes, 0, head, before, length);
        String text = new String(head, StandardCharsets.ISO_8859_1);
        int end = text.indexOf("\r\n\r\n");
        if (end < 0) {
            return length;
        }
        head = NOTHING;
        status = Integer.parseInt(text.substring(9, 12));
        chunked = text.substring(0, end).toLowerCase(java.util.Locale.ROOT).contains("transfer-encoding: chunked");
        return end + 4 - before;
    }

    private int readData(byte[] bytes, int at, int length, Body body) {
        int end = (int) Math.min(length, at + left);
        body.data(bytes, at, end);
        left -= end - at;
        inData = left > 0;
        return end;
    }

    /** Reads the size line, and before it the end of the chunk before, which looks like an empty size line. */
    private int readSize(byte[] bytes, int from, int length) {
        for (int at = from; at < length; at++) {
            byte c = bytes[at];
            if (c == '\n') {
                if (size > 0) {
                    left = size;
                    size = 0;
                    inData = true;
                    return at + 1;
                }
            } else if (c != '\r') {
                size = size * 16 + Character.digit(c, 16);
            }
        }
        return length;
    }

    /** Takes parts of a body; the bytes are valid during the call only. */
    interface Body {
        void data(byte[] bytes, int from, int to);
    }
}
