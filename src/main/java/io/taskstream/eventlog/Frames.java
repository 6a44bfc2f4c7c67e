package io.taskstream.eventlog;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/**
 * The bytes of an event on the wire (HTML Living Standard, section 9.2, "Server-sent events"): an {@code id} line, one
 * {@code data} line per line of data, and an empty line.
 */
public final class Frames {

    private static final byte[] ID = "id: ".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] DATA = "data: ".getBytes(StandardCharsets.US_ASCII);

    private Frames() {}

    /**
     * Encodes an event. Data is split into lines at {@code \r\n}, {@code \n} and {@code \r}, as an event stream is, so that
     * no data can forge a field.
     *
     * @param data UTF-8
     */
    public static byte[] encode(EventId id, byte[] data) {
        byte[] idText = id.toString().getBytes(StandardCharsets.US_ASCII);
        var frame = new ByteArrayOutputStream(ID.length + idText.length + DATA.length + data.length + 3);
        frame.writeBytes(ID);
        frame.writeBytes(idText);
        frame.write('\n');
        writeData(frame, data);
        frame.write('\n');
        return frame.toByteArray();
    }

    /** Returns whether the frame at that offset is of that epoch. */
    public static boolean isOf(String epoch, byte[] frames, int offset) {
        for (int i = 0; i < epoch.length(); i++) {
            if (frames[offset + ID.length + i] != epoch.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    /**
     * Replaces the epoch of the frame at that offset.
     *
     * @param epoch as long as the present one
     */
    public static void putEpoch(String epoch, byte[] frames, int offset) {
        for (int i = 0; i < epoch.length(); i++) {
            frames[offset + ID.length + i] = (byte) epoch.charAt(i);
        }
    }

    /** Writes {@code data} lines, each with its line terminator. */
    public static void writeData(ByteArrayOutputStream frame, byte[] data) {
        int start = 0;
        for (int i = 0; i < data.length; i++) {
            if (data[i] != '\n' && data[i] != '\r') {
                continue;
            }
            writeLine(frame, data, start, i);
            if (data[i] == '\r' && i + 1 < data.length && data[i + 1] == '\n') {
                i++;
            }
            start = i + 1;
        }
        writeLine(frame, data, start, data.length);
    }

    private static void writeLine(ByteArrayOutputStream frame, byte[] data, int from, int to) {
        frame.writeBytes(DATA);
        frame.write(data, from, to - from);
        frame.write('\n');
    }

    /** Returns the data of a frame that {@link #encode} made, with {@code \n} between its lines. */
    public static byte[] data(byte[] frames, int offset, int length) {
        var data = new ByteArrayOutputStream(length);
        int end = offset + length - 1;
        int firstLine = endOfLine(frames, offset) + 1;
        int lineStart = firstLine;
        while (lineStart < end) {
            int lineEnd = endOfLine(frames, lineStart);
            if (lineStart > firstLine) {
                data.write('\n');
            }
            data.write(frames, lineStart + DATA.length, lineEnd - lineStart - DATA.length);
            lineStart = lineEnd + 1;
        }
        return data.toByteArray();
    }

    /** Returns where the frame at that offset ends. */
    public static int end(byte[] frames, int offset) {
        int end = offset;
        // Only the last line of a frame is empty.
        while (frames[end] != '\n' || frames[end + 1] != '\n') {
            end++;
        }
        return end + 2;
    }

    private static int endOfLine(byte[] frames, int from) {
        int end = from;
        while (frames[end] != '\n') {
            end++;
        }
        return end;
    }
}
