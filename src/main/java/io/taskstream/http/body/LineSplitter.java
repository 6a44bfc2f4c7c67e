package io.taskstream.http.body;

import io.taskstream.http.Problem;
import io.taskstream.http.ProblemException;
import java.util.Arrays;

/** Splits bytes into whole lines without their ends. A line ends with {@code \n} or {@code \r\n}. */
final class LineSplitter implements BodySplitter {

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
     * Passes on every line that these bytes complete.
     *
     * @throws ProblemException with 413 if a line is too long; the lines before it have been passed on
     */
    @Override
    public void add(byte[] bytes, int count, Pieces lines) {
        int start = 0;
        for (int i = 0; i < count; i++) {
            if (bytes[i] == '\n') {
                endLine(bytes, start, i, lines);
                start = i + 1;
            }
        }
        keep(bytes, start, count);
    }

    private void endLine(byte[] bytes, int start, int end, Pieces lines) {
        if (length == 0) {
            int line = withoutReturn(bytes, start, end);
            check(line);
            lines.piece(bytes, start, line, end + 1 - start);
            return;
        }
        keep(bytes, start, end);
        passPending(1, lines);
    }

    private void passPending(int lengthOfEnd, Pieces lines) {
        byte[] bytes = pending;
        int line = withoutReturn(bytes, 0, length);
        int raw = length + lengthOfEnd;
        // The buffer is released: a producer that has sent a long line may be silent for hours.
        pending = NOTHING;
        length = 0;
        lines.piece(bytes, 0, line, raw);
    }

    /** Does nothing, for viewers get no half of a line. */
    @Override
    public void pause(Pieces lines) {}

    /** Passes on the bytes behind the last line end as a line, if there are any. */
    @Override
    public void end(Pieces lines) {
        if (length > 0) {
            passPending(0, lines);
        }
    }

    @Override
    public int pending() {
        return length;
    }

    @Override
    public boolean mayPause() {
        return false;
    }

    private void keep(byte[] bytes, int start, int end) {
        int more = end - start;
        if (length + more > pending.length) {
            pending = Arrays.copyOf(pending, Math.max(length + more, pending.length * 2));
        }
        System.arraycopy(bytes, start, pending, length, more);
        length += more;
        // A carriage return at the end may belong to the line end.
        check(withoutReturn(pending, 0, length));
    }

    private void check(int lineLength) {
        if (lineLength > maxLine) {
            throw Problem.of(413, "A line has at most " + maxLine + " bytes").asException();
        }
    }

    private static int withoutReturn(byte[] bytes, int start, int end) {
        return end > start && bytes[end - 1] == '\r' ? end - 1 - start : end - start;
    }
}
