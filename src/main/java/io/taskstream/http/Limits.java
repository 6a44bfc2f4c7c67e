package io.taskstream.http;

import java.time.Duration;

/**
 * What requests may ask for, and what they get unasked.
 *
 * @param bodyBytes the largest JSON body and the longest line, in bytes
 * @param receivingBytes how many bytes of bodies and lines there may be in all that are not in the log yet
 * @param line how long a line may take from its first byte to its end; zero for any time
 * @param heartbeat the usual silence before a heartbeat
 * @param shortestHeartbeat the shortest that may be asked for
 * @param longestHeartbeat the longest that may be asked for
 * @param stall how long a viewer may take no byte
 */
public record Limits(
        int bodyBytes,
        long receivingBytes,
        Duration line,
        Duration heartbeat,
        Duration shortestHeartbeat,
        Duration longestHeartbeat,
        Duration stall) {

    /** What is read at once, and more. */
    private static final int PIECES = 1 << 16;

    /**
     * How many of {@link #receivingBytes} are for one line at a time that could not be read to its end otherwise: the
     * longest, and what is read with it.
     */
    public long reservedBytes() {
        return (long) bodyBytes + PIECES;
    }

    /** The least of {@link #receivingBytes} for such bodies: what is reserved, and twice that, for nobody holds more than half. */
    public static long leastReceivingBytes(int bodyBytes) {
        return 3L * (bodyBytes + PIECES);
    }
}
