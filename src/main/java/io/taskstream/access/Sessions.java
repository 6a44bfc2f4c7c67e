package io.taskstream.access;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/** What goes on under each session, so that it can be ended with the session. Thread-safe. */
public final class Sessions {

    private final ConcurrentMap<String, Set<Runnable>> ofSessions = new ConcurrentHashMap<>();
    private final ConcurrentMap<String, Set<Runnable>> ofEntries = new ConcurrentHashMap<>();
    private final Revocations revocations;

    public Sessions(Revocations revocations) {
        this.revocations = revocations;
    }

    /**
     * Ends the session: what runs is ended, and nothing can begin any more.
     *
     * @return whether it will be remembered; if not, only what ran was ended
     */
    public boolean end(String session) {
        boolean isRemembered = revocations.end(session);
        interrupt(session);
        return isRemembered;
    }

    /** Ends what runs under the session; it may begin again. */
    void interrupt(String session) {
        ofSessions.getOrDefault(session, Set.of()).forEach(Runnable::run);
    }

    /** Ends what runs by static tokens that are not in their file any more; to be called now and then. */
    public void endWithdrawn() {
        ofEntries.forEach((entry, endings) -> {
            if (!revocations.isInFile(entry)) {
                endings.forEach(Runnable::run);
            }
        });
    }

    /**
     * Something begins under the grant's session.
     *
     * @param ending ends it; run by any thread, more than once if it takes its time, and at once if the session has ended meanwhile
     * @return to be run when it has ended
     */
    public Runnable begin(Grant grant, Runnable ending) {
        add(ofSessions, grant.session(), ending);
        add(ofEntries, grant.entry(), ending);
        if (revocations.isEnded(grant)) {
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

    /** Whether the grant was taken back. */
    public boolean isEnded(Grant grant) {
        return revocations.isEnded(grant);
    }
}
