package io.taskstream.http;

import java.time.Duration;

/**
 * The limits and defaults of requests.
 *
 * @param bodyBytes the largest JSON body and the longest line of NDJSON, in bytes
 * @param receivingBytes how many bytes of bodies and lines may be in the heap before they are in the log
 * @param line how long a line of NDJSON may take from its first byte to its end; zero for any time
 * @param heartbeat the silence before a heartbeat, unless a viewer asks for another
 * @param shortestHeartbeat the shortest that a viewer may ask for
 * @param longestHeartbeat the longest that a viewer may ask for
 * @param stall how long a viewer may read no byte
 */
public record Limits(
        int bodyBytes,
        long receivingBytes,
        Duration line,
        Duration heartbeat,
        Duration shortestHeartbeat,
        Duration longestHeartbeat,
        Duration stall) {

    /** More bytes than are read at once. */
    private static final int PIECES = 1 << 16;

    /**
     * Returns how many of {@link #receivingBytes} are reserved for one line at a time that could not be read to its end
     * otherwise: the longest line, and what is read with it.
     */
    public long reservedBytes() {
        return (long) bodyBytes + PIECES;
    }

    /** Returns the least {@link #receivingBytes}: the reserve, and twice as much, because one caller holds at most half. */
    public static long leastReceivingBytes(int bodyBytes) {
        return 3L * (bodyBytes + PIECES);
    }
}
