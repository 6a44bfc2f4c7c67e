package io.taskstream.eventlog;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The requests that are publishing, so that the log is not closed before they have answered. A silent one would stay open for
 * ever, and must be told when the log is going to be closed. Thread-safe.
 */
public final class Publishers {

    private static final RepeatedFailures FAILURES = new RepeatedFailures(
            System.getLogger(Publishers.class.getName()),
            "A request that is publishing could not be ended; it stays open until its client ends it");

    private final Set<Request> open = ConcurrentHashMap.newKeySet();
    private volatile @Nullable Throwable stopped;

    /** A request that is publishing. */
    @FunctionalInterface
    public interface Request {

        /** Has the request answered soon that it was ended for this reason. May be called several times; must not block. */
        void end(Throwable reason);
    }

    /** Counts a request until {@link #end}. Ends the request at once if all have been ended. */
    public void begin(Request request) {
        open.add(request);
        Throwable reason = stopped;
        if (reason != null) {
            request.end(reason);
        }
    }

    /** Notes that a request has answered. */
    public void end(Request request) {
        open.remove(request);
    }

    /** Ends all requests, also those that are still to begin. */
    public void endAll(Throwable reason) {
        stopped = reason;
        for (Request request : open) {
            try {
                request.end(reason);
            } catch (RuntimeException | Error e) {
                // It must not keep the others open.
                FAILURES.report(e);
            }
        }
    }

    /** Whether all requests have been ended. */
    public boolean areEnded() {
        return stopped != null;
    }

    /** Returns the number of requests now. */
    public int count() {
        return open.size();
    }
}
