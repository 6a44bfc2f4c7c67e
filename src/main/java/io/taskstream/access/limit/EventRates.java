package io.taskstream.access.limit;

import io.taskstream.access.Grant;
import io.taskstream.access.LimitException;
import io.taskstream.task.TaskId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;

/** The rate limits of events, per task and per subject. Thread-safe. */
public final class EventRates {

    /** After this number of new buckets, full ones are removed: they are equal to new ones. */
    private static final int BETWEEN_SWEEPS = 1_000;

    /** All publishers of a task wait after a large batch; after one of half a million events they would for hours. */
    private static final long MAX_BATCH_SECONDS = 60;

    private final Map<String, TokenBucket> buckets = new HashMap<>();
    private final int perTask;
    private final int perSubject;
    private final LongSupplier nanos;
    private int made;

    /**
     * @param perTask events a second to one task; 0 for unlimited
     * @param perSubject events a second by one subject; 0 for unlimited
     * @param nanos a monotonic clock
     */
    public EventRates(int perTask, int perSubject, LongSupplier nanos) {
        this.perTask = perTask;
        this.perSubject = perSubject;
        this.nanos = nanos;
    }

    /**
     * Checks a request that can be refused, before its events have arrived.
     *
     * @throws LimitException if earlier events have exhausted a limit
     */
    public void check(TaskId task, Grant grant) {
        refuse(spend(task, grant, 0));
    }

    /**
     * Checks and counts the events of a request that can be refused, when they have arrived. Both happen at once, so that
     * of several requests that passed {@link #check} at the same time not all publish. Counts nothing if it throws.
     *
     * @throws LimitException if earlier events have exhausted a limit
     * @throws BatchTooLargeException if there are more events than may be published in a minute
     */
    public void take(TaskId task, Grant grant, int events) {
        if (events > atOnce(grant) * MAX_BATCH_SECONDS) {
            throw new BatchTooLargeException(atOnce(grant) * MAX_BATCH_SECONDS);
        }
        if (isLimited(grant)) {
            refuse(takeUnlessInDebt(task, grant, events));
        }
    }

    private synchronized long takeUnlessInDebt(TaskId task, Grant grant, int events) {
        long now = nanos.getAsLong();
        List<TokenBucket> own = buckets(task, grant, now);
        long delay = delay(own, now);
        if (delay == 0) {
            own.forEach(bucket -> bucket.take(events, now));
        }
        return delay;
    }

    private static void refuse(long delay) {
        if (delay > 0) {
            throw LimitException.ofClient("More events a second than may be published", Duration.ofNanos(delay));
        }
    }

    /** Returns how many events may be published in one second after a pause. */
    public int atOnce(Grant grant) {
        int toTask = perTask == 0 ? Integer.MAX_VALUE : perTask;
        return perSubject == 0 || !grant.hasSubject() ? toTask : Math.min(toTask, perSubject);
    }

    /**
     * Counts events that are being published, even beyond the limit.
     *
     * @return how many nanoseconds to wait before the next
     */
    public long spend(TaskId task, Grant grant, int events) {
        if (!isLimited(grant)) {
            return 0;
        }
        synchronized (this) {
            long now = nanos.getAsLong();
            List<TokenBucket> own = buckets(task, grant, now);
            own.forEach(bucket -> bucket.take(events, now));
            return delay(own, now);
        }
    }

    private boolean isLimited(Grant grant) {
        return atOnce(grant) != Integer.MAX_VALUE;
    }

    private List<TokenBucket> buckets(TaskId task, Grant grant, long now) {
        if (made >= BETWEEN_SWEEPS) {
            made = 0;
            buckets.values().removeIf(bucket -> bucket.isFull(now));
        }
        List<TokenBucket> own = new ArrayList<>(2);
        if (perTask != 0) {
            own.add(bucket("task " + task.value(), perTask, now));
        }
        if (perSubject != 0 && grant.hasSubject()) {
            own.add(bucket("subject " + grant.subject(), perSubject, now));
        }
        return own;
    }

    private TokenBucket bucket(String key, int perSecond, long now) {
        return buckets.computeIfAbsent(key, absent -> {
            made++;
            return new TokenBucket(perSecond, now);
        });
    }

    private static long delay(List<TokenBucket> own, long now) {
        return own.stream().mapToLong(bucket -> bucket.delay(now)).max().orElse(0);
    }
}
