package io.taskstream.http;

import java.util.Arrays;

/**
 * Takes lines out of bytes as they come, however they are cut. A line ends with {@code \n} or {@code \r\n}.
 *
 * <p>Not thread-safe.
 */
final class LineSplitter {

    private static final byte[] NOTHING = new byte[0];

    private final int maxLine;
    private byte[] pending = NOTHING;
    private int length;

    /**
     * @param maxLine the longest line, in bytes without its end
     */
    LineSplitter(int maxLine) {
        this.maxLine = maxLine;
    }

    /**
     * Hands on every line that these bytes complete.
     *
     * @throws LineTooLongException if a line is too long; the lines before it have been handed on
     */
    void add(byte[] bytes, int count, Lines lines) {
        int start = 0;
        for (int i = 0; i < count; i++) {
            if (bytes[i] == '\n') {
                endLine(bytes, start, i, lines);
                start = i + 1;
            }
        }
        keep(bytes, start, count);
    }

    private void endLine(byte[] bytes, int start, int end, Lines lines) {
        if (length == 0) {
            int line = withoutReturn(bytes, start, end);
            check(line);
            lines.line(bytes, start, line);
            return;
        }
        keep(bytes, start, end);
        end(lines);
    }

    /** How many bytes of a line have come that has not ended. */
    int pending() {
        return length;
    }

    /** Hands on what follows the last line end, if anything does: at the end of the bytes that is a line, too. */
    void end(Lines lines) {
        if (length > 0) {
            int line = withoutReturn(pending, 0, length);
            byte[] bytes = pending;
            // Not kept for the next line: who has sent a long one may be silent for hours.
            pending = NOTHING;
            length = 0;
            lines.line(bytes, 0, line);
        }
    }

    private void keep(byte[] bytes, int start, int end) {
        int more = end - start;
        if (length + more > pending.length) {
            pending = Arrays.copyOf(pending, Math.max(length + more, pending.length * 2));
        }
        System.arraycopy(bytes, start, pending, length, more);
        length += more;
        // A return at the end may be half of the line's end.
        check(withoutReturn(pending, 0, length));
    }

    private void check(int lineLength) {
        if (lineLength > maxLine) {
            throw new LineTooLongException(maxLine);
        }
    }

    private static int withoutReturn(byte[] bytes, int start, int end) {
        return end > start && bytes[end - 1] == '\r' ? end - 1 - start : end - start;
    }

    /** Takes lines; the bytes are valid during the call only. */
    interface Lines {
        void line(byte[] bytes, int offset, int length);
    }

    /** A line is longer than is taken. */
    static final class LineTooLongException extends RuntimeException {

        private static final long serialVersionUID = 1;

        private LineTooLongException(int maxLine) {
            super("A line has at most " + maxLine + " bytes", null, false, false);
        }
    }
}
