package io.taskstream.access;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The grants that were revoked before their time. Ending a session revokes its JSON Web Tokens, which is remembered until
 * none of them can be valid any more, and the static tokens that the file has for it at that moment: a token that replaces
 * one of those is good. An entry that the file no longer has is revoked, too. Thread-safe.
 */
public final class Revocations {

    private static final int MOST = 100_000;

    private final Map<String, Instant> ended = new ConcurrentHashMap<>();
    private final Set<String> endedTokens = ConcurrentHashMap.newKeySet();
    private final Duration longestLife;
    private final InstantSource time;
    private final TokenFile file;

    /**
     * @param longestLife how long a JSON Web Token can be valid
     * @param file the static tokens
     */
    public Revocations(Duration longestLife, InstantSource time, TokenFile file) {
        this.file = file;
        this.longestLife = longestLife;
        this.time = time;
    }

    /** The file of static tokens as it is now. Thread-safe. */
    @FunctionalInterface
    public interface TokenFile {

        /** Whether the file has the entry of that name. */
        boolean has(String entry);

        /** The names of the tokens whose entries are of that session. */
        default Set<String> tokensOf(String session) {
            return Set.of();
        }
    }

    /** Ends the session. Returns whether there was room to remember it. */
    public boolean end(String session) {
        Instant now = time.instant();
        // The operator's own file bounds how many there are.
        endedTokens.addAll(file.tokensOf(session));
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
        String entry = grant.entry();
        return entry.isEmpty()
                ? !ended.isEmpty() && ended.containsKey(grant.session())
                : endedTokens.contains(StaticTokens.tokenOf(entry)) || !file.has(entry);
    }

    boolean isInFile(String entry) {
        return file.has(entry);
    }
}
