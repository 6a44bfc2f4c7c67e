package io.taskstream.http;

import java.time.Duration;

/**
 * What requests may ask for, and what they get unasked.
 *
 * @param bodyBytes the largest JSON body and the longest line, in bytes
 * @param waitingBytes how much of bodies that have not come to their end may be held in all, in bytes
 * @param heartbeat the usual silence before a heartbeat
 * @param shortestHeartbeat the shortest that may be asked for
 * @param longestHeartbeat the longest that may be asked for
 * @param stall how long a viewer may take no byte
 */
public record Limits(
        int bodyBytes,
        long waitingBytes,
        Duration heartbeat,
        Duration shortestHeartbeat,
        Duration longestHeartbeat,
        Duration stall) {}
