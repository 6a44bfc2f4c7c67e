package io.taskstream.stream;

import io.taskstream.eventlog.EventLogException;
import io.taskstream.eventlog.LogState;
import io.taskstream.eventlog.RepeatedFailures;
import io.taskstream.eventlog.Upload;
import io.taskstream.task.TaskId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Knows which uploads of one watched task have lost their producer, and wakes the task's viewers when that changes. The log
 * says when each producer was last heard of. So the watch reads the log when a producer may have become lost or may have come
 * back, and otherwise seldom. On several servers it gives the same result without any message between them.
 *
 * <p>Thread-safe. The log is read on the executor, because that may wait for a disk.
 */
final class ProducerWatch extends Heartbeats.Timer {

    private static final RepeatedFailures FAILURES = new RepeatedFailures(
            System.getLogger(ProducerWatch.class.getName()), "The producers of a task could not be checked");

    private static final long PERIOD_NANOS = Duration.ofSeconds(1).toNanos();

    /** After an append a task may have a new upload, whose producer is lost after {@link Upload#GRACE} at the earliest. */
    private static final long SELDOM_NANOS = Upload.GRACE.toNanos();

    private static final long NEVER = Long.MAX_VALUE;

    private final TaskId task;
    private final StreamContext context;
    private final Runnable wakeViewers;

    private volatile Snapshot snapshot = Snapshot.NONE;

    /** Whether there was an append since the last look at this flag. */
    private volatile boolean appended;

    private volatile boolean looking;

    /** The nanoseconds of the ticker from which on the log is to be read. */
    private volatile long due;

    ProducerWatch(TaskId task, StreamContext context, Runnable wakeViewers) {
        this.task = task;
        this.context = context;
        this.wakeViewers = wakeViewers;
        this.due = context.ticker().nanos();
    }

    void start() {
        context.heartbeats().start(this, due);
    }

    /** Notes that the log has changed. */
    void appended() {
        if (!appended) {
            appended = true;
        }
    }

    @Override
    long fire(long now) {
        if (appended) {
            appended = false;
            long soon = snapshot.lost.isEmpty() ? now + SELDOM_NANOS : now;
            if (due == NEVER || due - soon > 0) {
                due = soon;
            }
        }
        if (!looking && due != NEVER && due - now <= 0) {
            looking = true;
            look(now);
        }
        return now + PERIOD_NANOS;
    }

    private void look(long now) {
        try {
            context.fanOut().executor().execute(() -> {
                try {
                    update(now);
                } finally {
                    looking = false;
                }
            });
        } catch (RejectedExecutionException e) {
            // The server stops, or has no thread at present: the next firing looks.
            looking = false;
        } catch (RuntimeException | Error e) {
            looking = false;
            FAILURES.report(e);
        }
    }

    private void update(long now) {
        try {
            Instant time = context.time().instant();
            List<Upload> uploads =
                    context.log().find(task).map(LogState::uploads).orElse(List.of());
            Snapshot before = snapshot;
            snapshot = Snapshot.of(uploads, time);
            due = uploads.stream()
                    .filter(upload -> !upload.complete() && !upload.isLost(time))
                    .map(upload -> now + Duration.between(time, upload.lostAt()).toNanos())
                    .min(Long::compare)
                    .orElse(NEVER);
            if (!snapshot.lost.equals(before.lost)) {
                wakeViewers.run();
            }
        } catch (EventLogException e) {
            due = now + PERIOD_NANOS;
        } catch (RuntimeException | Error e) {
            due = now + PERIOD_NANOS;
            FAILURES.report(e);
        }
    }

    /** Returns the current state. Viewers compare it with the one that they have been told. */
    Snapshot snapshot() {
        return snapshot;
    }

    /**
     * The producers at one moment.
     *
     * @param lost for each upload that has lost its producer, when that was last heard of
     * @param heard the same for every upload
     */
    record Snapshot(Map<String, Instant> lost, Map<String, Instant> heard) {

        /** No producer is lost. */
        static final Snapshot NONE = new Snapshot(Map.of(), Map.of());

        static Snapshot of(List<Upload> uploads, Instant now) {
            return new Snapshot(
                    uploads.stream()
                            .filter(upload -> upload.isLost(now))
                            .collect(Collectors.toMap(Upload::name, Upload::heard)),
                    uploads.stream().collect(Collectors.toMap(Upload::name, Upload::heard)));
        }

        /**
         * Returns a frame about one upload of which a viewer does not know the state, and notes that it is told;
         * {@code null} if it knows all.
         *
         * @param told the uploads that the viewer knows to be lost
         */
        byte @Nullable [] tell(Set<String> told) {
            if (lost.keySet().equals(told)) {
                return null;
            }
            for (Map.Entry<String, Instant> each : lost.entrySet()) {
                if (told.add(each.getKey())) {
                    return ControlFrames.producer(each.getKey(), "lost", each.getValue());
                }
            }
            String back = told.stream()
                    .filter(name -> !lost.containsKey(name))
                    .findFirst()
                    .orElseThrow();
            told.remove(back);
            Instant since = heard.get(back);
            // An upload that was removed meanwhile is not spoken of any more.
            return since == null ? tell(told) : ControlFrames.producer(back, "back", since);
        }
    }
}
