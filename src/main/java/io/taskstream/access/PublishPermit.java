package io.taskstream.access;

import io.taskstream.task.TaskId;
import java.time.InstantSource;

/**
 * The leave to publish to a task in one request, which may go on for hours: it ends with the grant.
 *
 * @param grant of who publishes
 */
public record PublishPermit(TaskId task, Grant grant, Sessions sessions, EventRates rates, InstantSource time) {

    /**
     * Looks whether the leave still holds.
     *
     * @throws RefusedException if the grant has ended
     */
    public void check() {
        if (sessions.isEnded(grant)) {
            throw new RefusedException("The session was ended while publishing");
        }
        if (grant.isNamed() && !time.instant().isBefore(grant.expires())) {
            throw new RefusedException("The token expired while publishing");
        }
    }

    /**
     * Counts the events of a request that can be refused, when they have come: since its head was looked at, the leave may
     * have ended, and other requests may have published.
     *
     * @throws RefusedException if the grant has ended
     * @throws LimitException if what was published last must be waited for first
     * @throws BatchTooLargeException if they are too many at any time
     */
    public void take(int events) {
        check();
        rates.take(task, grant, events);
    }

    /** How many events may be published together. */
    public int atOnce() {
        return rates.atOnce(grant);
    }

    /** Counts events. Answers how many nanoseconds to wait before the next. */
    public long spend(int events) {
        return rates.spend(task, grant, events);
    }
}
