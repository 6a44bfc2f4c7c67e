package io.taskstream.access.limit;

import io.taskstream.access.Grant;
import io.taskstream.access.LimitException;
import io.taskstream.access.RefusedException;
import io.taskstream.access.Sessions;
import io.taskstream.task.TaskId;
import java.time.InstantSource;

/**
 * The permission to publish to a task in one request, which may last for hours. It ends with the grant. Thread-safe.
 *
 * @param grant of the publisher
 */
public record PublishPermit(TaskId task, Grant grant, Sessions sessions, EventRates rates, InstantSource time) {

    /**
     * Checks that the grant is still valid.
     *
     * @throws RefusedException if it was revoked or has expired
     */
    public void check() {
        if (sessions.isRevoked(grant)) {
            throw new RefusedException("The session was ended while publishing");
        }
        if (grant.hasSubject() && !time.instant().isBefore(grant.expires())) {
            throw new RefusedException("The token expired while publishing");
        }
    }

    /**
     * Counts the events of a request that can be refused, when they have arrived. Since the request's head was checked, the
     * grant may have ended, and other requests may have published.
     *
     * @throws RefusedException if the grant was revoked or has expired
     * @throws LimitException if earlier events have exhausted a limit
     * @throws BatchTooLargeException if there are more events than may ever be published at once
     */
    public void take(int events) {
        check();
        rates.take(task, grant, events);
    }

    /** Returns how many events may be published together. */
    public int atOnce() {
        return rates.atOnce(grant);
    }

    /**
     * Counts events, even beyond the limit.
     *
     * @return how many nanoseconds to wait before the next
     */
    public long spend(int events) {
        return rates.spend(task, grant, events);
    }
}
