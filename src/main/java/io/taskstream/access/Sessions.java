package io.taskstream.access;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/** What goes on under each session, so that it can be ended with the session. Thread-safe. */
public final class Sessions {

    private final ConcurrentMap<String, Set<Runnable>> running = new ConcurrentHashMap<>();
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
        Set<Runnable> endings = running.get(session);
        if (endings != null) {
            endings.forEach(Runnable::run);
        }
        return isRemembered;
    }

    /**
     * Something begins under the grant's session.
     *
     * @param ending ends it; run at most once or twice, by any thread, and at once if the session has ended meanwhile
     * @return to be run when it has ended
     */
    public Runnable begin(Grant grant, Runnable ending) {
        String session = grant.session();
        if (session.isEmpty()) {
            return () -> {};
        }
        running.compute(session, (key, before) -> {
            Set<Runnable> endings = before == null ? ConcurrentHashMap.newKeySet(1) : before;
            endings.add(ending);
            return endings;
        });
        if (revocations.isEnded(session)) {
            ending.run();
        }
        return () -> running.computeIfPresent(session, (key, endings) -> {
            endings.remove(ending);
            return endings.isEmpty() ? null : endings;
        });
    }

    /** Whether the session has been ended. */
    public boolean isEnded(Grant grant) {
        return revocations.isEnded(grant.session());
    }
}
