package io.taskstream.run;

import java.util.Arrays;

/** Finds characters that are cut. */
final class Utf8 {

    private Utf8() {}

    /** Returns how many bytes at the end are the beginning of a character of more bytes. */
    static int incomplete(byte[] bytes) {
        for (int count = 1; count <= Math.min(3, bytes.length); count++) {
            int b = bytes[bytes.length - count] & 0xff;
            if (b < 0x80) {
                return 0;
            }
            if (b >= 0xc0) {
                return count < length(b) ? count : 0;
            }
        }
        return 0;
    }

    /**
     * Returns the bytes without a cut character at their end. In front of it there may be bytes that look cut, too: those are
     * no text, and then nothing is left out.
     */
    static byte[] withoutCutCharacter(byte[] bytes) {
        int cut = incomplete(bytes);
        byte[] whole = Arrays.copyOf(bytes, bytes.length - cut);
        return cut == 0 || incomplete(whole) > 0 ? bytes : whole;
    }

    private static int length(int first) {
        return first >= 0xf8 ? 1 : first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
    }
}
