package io.taskstream.access;

import io.taskstream.task.TaskId;
import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;

/** How many events may be published a second, to one task and by one subject. Thread-safe. */
public final class EventRates {

    /** After so many new buckets those that are full, which are as good as none, are thrown away. */
    private static final int BETWEEN_SWEEPS = 1_000;

    private final ConcurrentMap<String, TokenBucket> ofTasks = new ConcurrentHashMap<>();
    private final ConcurrentMap<String, TokenBucket> ofSubjects = new ConcurrentHashMap<>();
    private final AtomicInteger made = new AtomicInteger();
    private final int perTask;
    private final int perSubject;
    private final LongSupplier nanos;

    /**
     * @param perTask events a second to one task; 0 for any number
     * @param perSubject events a second by one subject; 0 for any number
     * @param nanos a monotonic clock
     */
    public EventRates(int perTask, int perSubject, LongSupplier nanos) {
        this.perTask = perTask;
        this.perSubject = perSubject;
        this.nanos = nanos;
    }

    /**
     * For a publisher that can be refused.
     *
     * @throws LimitException if what was published last must be waited for first
     */
    public void check(TaskId task, Grant grant) {
        long delay = spend(task, grant, 0);
        if (delay > 0) {
            throw LimitException.ofClient("More events a second than may be published", Duration.ofNanos(delay));
        }
    }

    /**
     * Counts events that are being published.
     *
     * @return how many nanoseconds to wait before the next
     */
    public long spend(TaskId task, Grant grant, int events) {
        if (perTask == 0 && perSubject == 0) {
            return 0;
        }
        long now = nanos.getAsLong();
        long ofTask = perTask == 0 ? 0 : spend(ofTasks, task.value(), perTask, events, now);
        long ofSubject =
                perSubject == 0 || !grant.isNamed() ? 0 : spend(ofSubjects, grant.subject(), perSubject, events, now);
        return Math.max(ofTask, ofSubject);
    }

    private long spend(ConcurrentMap<String, TokenBucket> buckets, String who, int perSecond, int events, long now) {
        long[] delay = new long[1];
        boolean[] isNew = new boolean[1];
        buckets.compute(who, (key, before) -> {
            TokenBucket bucket = before;
            if (bucket == null) {
                isNew[0] = true;
                bucket = new TokenBucket(perSecond, now);
            }
            bucket.take(events, now);
            delay[0] = bucket.delay(now);
            return bucket;
        });
        if (isNew[0] && made.incrementAndGet() % BETWEEN_SWEEPS == 0) {
            sweep(ofTasks, now);
            sweep(ofSubjects, now);
        }
        return delay[0];
    }

    private static void sweep(ConcurrentMap<String, TokenBucket> buckets, long now) {
        buckets.keySet()
                .forEach(who -> buckets.computeIfPresent(who, (key, bucket) -> bucket.isFull(now) ? null : bucket));
    }
}
