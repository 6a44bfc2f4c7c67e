package io.taskstream.access;

import io.taskstream.task.TaskId;
import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import java.util.function.ToLongFunction;

/** How many events may be published a second, to one task and by one subject. Thread-safe. */
public final class EventRates {

    /** After so many new buckets those that are full, which are as good as none, are thrown away. */
    private static final int BETWEEN_SWEEPS = 1_000;

    /** A batch is waited out by all who publish to its task; one of half a million events would shut them out for hours. */
    private static final long LONGEST_BATCH_SECONDS = 60;

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
     * For a publisher that can be refused, before its events have come.
     *
     * @throws LimitException if what was published last must be waited for first
     */
    public void check(TaskId task, Grant grant) {
        refuse(spend(task, grant, 0));
    }

    /**
     * For the same when its events have come: looks and counts at once, so that not all of those whom {@link #check} let
     * through at the same time publish. Counts nothing if it throws.
     *
     * @throws LimitException if what was published last must be waited for first
     * @throws BatchTooLargeException if there are more events than may be published in a minute
     */
    public void take(TaskId task, Grant grant, int events) {
        if (events > atOnce(grant) * LONGEST_BATCH_SECONDS) {
            throw new BatchTooLargeException(atOnce(grant) * LONGEST_BATCH_SECONDS);
        }
        long now = nanos.getAsLong();
        // A task's bucket is held while a subject's is, and never the other way round.
        long delay = ofTask(task, now, bucket -> {
            long wait = bucket.delay(now);
            if (wait == 0) {
                wait = ofSubject(grant, now, other -> takeUnlessInDebt(other, events, now));
            }
            return wait == 0 ? takeUnlessInDebt(bucket, events, now) : wait;
        });
        if (perTask == 0) {
            delay = ofSubject(grant, now, bucket -> takeUnlessInDebt(bucket, events, now));
        }
        sweepNowAndThen(now);
        refuse(delay);
    }

    private static long takeUnlessInDebt(TokenBucket bucket, int events, long now) {
        long delay = bucket.delay(now);
        if (delay == 0) {
            bucket.take(events, now);
        }
        return delay;
    }

    private static void refuse(long delay) {
        if (delay > 0) {
            throw LimitException.ofClient("More events a second than may be published", Duration.ofNanos(delay));
        }
    }

    /** How many events may be published in a second, if nobody has published; for those who can take them one by one. */
    public int atOnce(Grant grant) {
        int toTask = perTask == 0 ? Integer.MAX_VALUE : perTask;
        return perSubject == 0 || !grant.isNamed() ? toTask : Math.min(toTask, perSubject);
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
        long ofTask = ofTask(task, now, bucket -> spend(bucket, events, now));
        long ofSubject = ofSubject(grant, now, bucket -> spend(bucket, events, now));
        sweepNowAndThen(now);
        return Math.max(ofTask, ofSubject);
    }

    private static long spend(TokenBucket bucket, int events, long now) {
        bucket.take(events, now);
        return bucket.delay(now);
    }

    private long ofTask(TaskId task, long now, ToLongFunction<TokenBucket> use) {
        return perTask == 0 ? 0 : use(ofTasks, task.value(), perTask, now, use);
    }

    private long ofSubject(Grant grant, long now, ToLongFunction<TokenBucket> use) {
        return perSubject == 0 || !grant.isNamed() ? 0 : use(ofSubjects, grant.subject(), perSubject, now, use);
    }

    private long use(
            ConcurrentMap<String, TokenBucket> buckets,
            String who,
            int perSecond,
            long now,
            ToLongFunction<TokenBucket> use) {
        long[] delay = new long[1];
        buckets.compute(who, (key, before) -> {
            TokenBucket bucket = before;
            if (bucket == null) {
                made.incrementAndGet();
                bucket = new TokenBucket(perSecond, now);
            }
            delay[0] = use.applyAsLong(bucket);
            return bucket;
        });
        return delay[0];
    }

    /** While no bucket is held: a sweep holds each in turn. */
    private void sweepNowAndThen(long now) {
        if (made.get() >= BETWEEN_SWEEPS && made.getAndSet(0) >= BETWEEN_SWEEPS) {
            sweep(ofTasks, now);
            sweep(ofSubjects, now);
        }
    }

    private static void sweep(ConcurrentMap<String, TokenBucket> buckets, long now) {
        buckets.keySet()
                .forEach(who -> buckets.computeIfPresent(who, (key, bucket) -> bucket.isFull(now) ? null : bucket));
    }
}
