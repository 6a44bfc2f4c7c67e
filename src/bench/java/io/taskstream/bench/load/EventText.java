package io.taskstream.bench.load;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The JSON of an event: 200 bytes, an item as an agent sends it, whose text begins with a sequence and the time at which
 * it was due.
 */
public final class EventText {

    /** In bytes. */
    public static final int LENGTH = 200;

    private static final byte[] PREFIX = ascii("{\"type\":\"message_delta\",\"text\":\"");
    private static final int SEQUENCE_AT = PREFIX.length;
    private static final int SEQUENCE_DIGITS = 8;
    private static final int TIME_AT = SEQUENCE_AT + SEQUENCE_DIGITS + 1;
    private static final int TIME_DIGITS = 18;
    private static final byte[] TEMPLATE = template();

    private EventText() {}

    /** Writes an event to the array. */
    static void write(byte[] bytes, int offset, int sequence, long dueNanos) {
        System.arraycopy(TEMPLATE, 0, bytes, offset, LENGTH);
        writeNumber(bytes, offset + SEQUENCE_AT, SEQUENCE_DIGITS, sequence);
        writeNumber(bytes, offset + TIME_AT, TIME_DIGITS, dueNanos);
    }

    /** Whether an event of ours stands there, whole. */
    static boolean isAt(byte[] bytes, int offset, int limit) {
        return limit - offset >= LENGTH
                && Arrays.equals(bytes, offset, offset + PREFIX.length, PREFIX, 0, PREFIX.length)
                && bytes[offset + LENGTH - 1] == '}';
    }

    static int sequence(byte[] bytes, int offset) {
        return (int) number(bytes, offset + SEQUENCE_AT, SEQUENCE_DIGITS);
    }

    static long dueNanos(byte[] bytes, int offset) {
        return number(bytes, offset + TIME_AT, TIME_DIGITS);
    }

    private static byte[] template() {
        byte[] bytes = new byte[LENGTH];
        Arrays.fill(bytes, (byte) 'x');
        System.arraycopy(PREFIX, 0, bytes, 0, PREFIX.length);
        bytes[SEQUENCE_AT + SEQUENCE_DIGITS] = ' ';
        bytes[TIME_AT + TIME_DIGITS] = ' ';
        bytes[LENGTH - 2] = '"';
        bytes[LENGTH - 1] = '}';
        return bytes;
    }

    private static void writeNumber(byte[] bytes, int offset, int digits, long number) {
        long rest = number;
        for (int i = offset + digits - 1; i >= offset; i--) {
            bytes[i] = (byte) ('0' + rest % 10);
            rest /= 10;
        }
    }

    private static long number(byte[] bytes, int offset, int digits) {
        long number = 0;
        for (int i = offset; i < offset + digits; i++) {
            number = number * 10 + bytes[i] - '0';
        }
        return number;
    }

    static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
