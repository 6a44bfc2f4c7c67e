package io.taskstream.http.body;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.Charset;
import java.nio.charset.CodingErrorAction;
import java.util.Arrays;

/**
 * Splits text into lines with their ends. A line ends with {@code \n}, {@code \r\n}, or a {@code \r} that stands alone, as
 * programs send it that draw a progress bar again. A longer line comes in several pieces, none of which ends within a
 * character: so the pieces, decoded one by one, are what the whole text is decoded to, also where bytes are no characters.
 */
final class TextSplitter implements BodySplitter {

    /** The most bytes of a piece. */
    static final int MOST = 1 << 16;

    private static final byte[] NOTHING = new byte[0];

    private final Charset charset;
    private final int most;

    /** The bytes that were not passed on, at most {@link #most}. */
    private byte[] pending = NOTHING;

    private boolean mayPause;

    /**
     * @param charset encodes line ends as ASCII does
     * @param most the most bytes of a piece; no character has more
     */
    TextSplitter(Charset charset, int most) {
        this.charset = charset;
        this.most = most;
    }

    @Override
    public void add(byte[] bytes, int count, Pieces pieces) {
        int known = pending.length;
        byte[] all = known == 0 ? bytes : Arrays.copyOf(pending, known + count);
        if (known > 0) {
            System.arraycopy(bytes, 0, all, known, count);
        }
        int start = 0;
        int end = known + count;
        for (int i = known; i < end; i++) {
            if (all[i] == '\n') {
                passLine(all, start, i + 1, pieces);
                start = i + 1;
            } else if (i > start && all[i - 1] == '\r') {
                passLine(all, start, i, pieces);
                start = i;
            }
        }
        start = passFullPieces(all, start, end, pieces);
        pending = start == end ? NOTHING : Arrays.copyOfRange(all, start, end);
        mayPause = start < end;
    }

    private void passLine(byte[] bytes, int start, int end, Pieces pieces) {
        pass(bytes, passFullPieces(bytes, start, end, pieces), end, pieces);
    }

    /** Returns where the rest begins, which has at most {@link #most} bytes. */
    private int passFullPieces(byte[] bytes, int start, int end, Pieces pieces) {
        int from = start;
        while (end - from > most) {
            int full = from + most;
            boolean isWithinLineEnd = bytes[full - 1] == '\r' && bytes[full] == '\n';
            int to = endOfCharacters(bytes, from, isWithinLineEnd ? full - 1 : full);
            pass(bytes, from, to, pieces);
            from = to;
        }
        return from;
    }

    private static void pass(byte[] bytes, int start, int end, Pieces pieces) {
        pieces.piece(bytes, start, end - start, end - start);
    }

    /** Returns the end of the last byte that belongs to no unfinished character. */
    private int endOfCharacters(byte[] bytes, int start, int end) {
        ByteBuffer read = ByteBuffer.wrap(bytes, start, end - start);
        charset.newDecoder()
                .onMalformedInput(CodingErrorAction.REPLACE)
                .onUnmappableCharacter(CodingErrorAction.REPLACE)
                .decode(read, CharBuffer.allocate(end - start), false);
        return read.position();
    }

    /** Passes on a line as far as it has come, but for an unfinished character. */
    @Override
    public void pause(Pieces pieces) {
        mayPause = false;
        byte[] bytes = pending;
        int end = endOfCharacters(bytes, 0, bytes.length);
        pending = Arrays.copyOfRange(bytes, end, bytes.length);
        if (end > 0) {
            pass(bytes, 0, end, pieces);
        }
    }

    @Override
    public void end(Pieces pieces) {
        mayPause = false;
        byte[] bytes = pending;
        pending = NOTHING;
        if (bytes.length > 0) {
            pass(bytes, 0, bytes.length, pieces);
        }
    }

    @Override
    public int pending() {
        return pending.length;
    }

    @Override
    public boolean mayPause() {
        return mayPause;
    }
}
