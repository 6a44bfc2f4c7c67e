package io.taskstream.access;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;

/**
 * What was taken back before its time: the sessions that were ended, each remembered until no token of it can be valid
 * any more, and what the file of static tokens has no longer. Thread-safe.
 */
public final class Revocations {

    private static final int MOST = 100_000;

    private final Map<String, Instant> ended = new ConcurrentHashMap<>();
    private final Duration longestLife;
    private final InstantSource time;
    private final Predicate<String> isInFile;

    /**
     * @param longestLife how long a token can be valid
     * @param isInFile whether the file of static tokens has the entry now
     */
    public Revocations(Duration longestLife, InstantSource time, Predicate<String> isInFile) {
        this.isInFile = isInFile;
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

    /** Whether the grant was taken back. */
    public boolean isEnded(Grant grant) {
        return (!ended.isEmpty() && ended.containsKey(grant.session()))
                || (!grant.entry().isEmpty() && !isInFile(grant.entry()));
    }

    boolean isInFile(String entry) {
        return isInFile.test(entry);
    }
}
