package io.taskstream.access;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The sessions that were ended before their time, each remembered until no token of it can be valid any more.
 * Thread-safe.
 */
public final class Revocations {

    private static final int MOST = 100_000;

    private final Map<String, Instant> ended = new ConcurrentHashMap<>();
    private final Duration longestLife;
    private final InstantSource time;

    /**
     * @param longestLife how long a token can be valid
     */
    public Revocations(Duration longestLife, InstantSource time) {
        this.longestLife = longestLife;
        this.time = time;
    }

    /** Ends the session. Answers whether there was room to remember it. */
    public boolean end(String session) {
        Instant now = time.instant();
        if (ended.size() >= MOST) {
            ended.values().removeIf(until -> until.isBefore(now));
        }
        if (ended.size() >= MOST) {
            return false;
        }
        ended.put(session, now.plus(longestLife));
        return true;
    }

    public boolean isEnded(String session) {
        return !ended.isEmpty() && ended.containsKey(session);
    }
}
