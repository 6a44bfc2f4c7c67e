package io.taskstream.access;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * The open streams and publishing requests of each session, and the sessions that were revoked. Ending a session revokes
 * its JSON Web Tokens, which is remembered until all of them have expired, and the static tokens that the file has for it
 * at that moment: a token that replaces one of those is valid. An entry that was removed from the file is revoked, too.
 * Thread-safe.
 */
public final class Sessions {

    private static final int MAX_REMEMBERED = 100_000;

    private final ConcurrentMap<String, Set<Runnable>> ofSessions = new ConcurrentHashMap<>();
    private final ConcurrentMap<String, Set<Runnable>> ofEntries = new ConcurrentHashMap<>();
    private final Map<String, Instant> revoked = new ConcurrentHashMap<>();
    private final Set<String> revokedTokens = ConcurrentHashMap.newKeySet();
    private final Duration longestLife;
    private final InstantSource time;
    private final TokenFile file;

    /**
     * @param longestLife how long a JSON Web Token can be valid
     * @param file the static tokens
     */
    public Sessions(Duration longestLife, InstantSource time, TokenFile file) {
        this.longestLife = longestLife;
        this.time = time;
        this.file = file;
    }

    /** The current content of the file of static tokens. Thread-safe. */
    @FunctionalInterface
    public interface TokenFile {

        /** Whether the file has the entry of that name. */
        boolean has(String entry);

        /** Returns the names of the tokens whose entries belong to the session. */
        default Set<String> tokensOf(String session) {
            return Set.of();
        }
    }

    /**
     * Revokes the session, and ends everything that is running under it.
     *
     * @return whether the revocation is remembered; if there is no room for that, running requests were ended all the same
     */
    public boolean end(String session) {
        // The operator's own file limits their number.
        revokedTokens.addAll(file.tokensOf(session));
        boolean isRemembered = remember(session);
        interrupt(session);
        return isRemembered;
    }

    private boolean remember(String session) {
        Instant now = time.instant();
        if (revoked.size() >= MAX_REMEMBERED) {
            revoked.values().removeIf(until -> until.isBefore(now));
        }
        if (revoked.size() >= MAX_REMEMBERED) {
            return false;
        }
        revoked.put(session, now.plus(longestLife));
        return true;
    }

    /** Ends everything that is running under the session, without revoking it. */
    void interrupt(String session) {
        ofSessions.getOrDefault(session, Set.of()).forEach(Runnable::run);
    }

    /** Ends everything that is running by static tokens that were removed from their file. To be called periodically. */
    public void endWithdrawn() {
        ofEntries.forEach((entry, endings) -> {
            if (!file.has(entry)) {
                endings.forEach(Runnable::run);
            }
        });
    }

    /**
     * Registers a stream or a publishing request.
     *
     * @param ending ends it; run on any thread, possibly more than once, and at once if the grant is already revoked
     * @return to be run when it has ended
     */
    public Runnable begin(Grant grant, Runnable ending) {
        add(ofSessions, grant.session(), ending);
        add(ofEntries, grant.entry(), ending);
        if (isRevoked(grant)) {
            ending.run();
        }
        return () -> {
            remove(ofSessions, grant.session(), ending);
            remove(ofEntries, grant.entry(), ending);
        };
    }

    private static void add(ConcurrentMap<String, Set<Runnable>> running, String name, Runnable ending) {
        if (!name.isEmpty()) {
            running.compute(name, (key, before) -> {
                Set<Runnable> endings = before == null ? ConcurrentHashMap.newKeySet(1) : before;
                endings.add(ending);
                return endings;
            });
        }
    }

    private static void remove(ConcurrentMap<String, Set<Runnable>> running, String name, Runnable ending) {
        running.computeIfPresent(name, (key, endings) -> {
            endings.remove(ending);
            return endings.isEmpty() ? null : endings;
        });
    }

    /** Whether the grant's session was ended, or its static token was removed from its file. */
    public boolean isRevoked(Grant grant) {
        return grant.entry().isEmpty()
                ? !revoked.isEmpty() && revoked.containsKey(grant.session())
                : revokedTokens.contains(grant.tokenName()) || !file.has(grant.entry());
    }
}
