package io.taskstream.ops;

import io.taskstream.client.StreamItem;
import io.taskstream.client.TaskStatus;
import io.taskstream.eventlog.Batch;
import io.taskstream.eventlog.EventLog;
import io.taskstream.eventlog.EventLogException;
import io.taskstream.eventlog.LogState;
import io.taskstream.eventlog.RepeatedFailures;
import io.taskstream.eventlog.TaskQuery;
import io.taskstream.eventlog.Upload;
import io.taskstream.eventlog.UploadChange;
import io.taskstream.stream.Ticker;
import io.taskstream.task.EventReader;
import io.taskstream.task.TaskId;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Ends open tasks as failed when all their uploads have lost their producer for long. The time counts only while this server
 * could hear of producers: it begins anew after the start, an outage of the log, a pause of the process and a step of the clock.
 */
public final class AbandonedTasks implements AutoCloseable {

    private static final RepeatedFailures FAILURES = new RepeatedFailures(
            System.getLogger(AbandonedTasks.class.getName()), "Abandoned tasks could not be ended; it is tried again");

    private static final int PAGE = 500;

    private final EventLog log;
    private final EventReader events;
    private final Duration patience;
    private final Duration period;
    private final InstantSource time;
    private final Ticker ticker;
    private final AtomicBoolean sweeping = new AtomicBoolean();
    private @Nullable ScheduledFuture<?> timer;

    // Confined to sweeps, of which one runs at a time.

    /** The ticker's nanoseconds from which on producers could be heard of without a break. */
    private long hearingSince;

    /** When the last sweep began, by both clocks. */
    private Instant begun;

    private long begunNanos;
    private long endedNanos;

    /**
     * @param patience how long the producers must have been lost; zero for ever
     * @param time the clock by which producers are heard of
     */
    public AbandonedTasks(EventLog log, EventReader events, Duration patience, InstantSource time, Ticker ticker) {
        this.log = log;
        this.events = events;
        this.patience = patience;
        this.period = Duration.ofMillis(Math.max(1_000, patience.toMillis() / 10));
        this.time = time;
        this.ticker = ticker;
        this.begun = time.instant();
        this.begunNanos = ticker.nanos();
        this.endedNanos = begunNanos;
        this.hearingSince = begunNanos;
    }

    /**
     * Looks for such tasks from now on, ten times in the patience but at most once a second; never if the patience is zero.
     *
     * @param executor reads the log, which may wait for a disk
     */
    public AbandonedTasks start(ScheduledExecutorService scheduler, Executor executor) {
        if (!patience.isZero()) {
            long millis = period.toMillis();
            timer = scheduler.scheduleWithFixedDelay(() -> sweepSoon(executor), millis, millis, TimeUnit.MILLISECONDS);
        }
        return this;
    }

    /** Throws nothing, because the scheduler would run no further sweep. */
    private void sweepSoon(Executor executor) {
        if (!sweeping.compareAndSet(false, true)) {
            return;
        }
        try {
            executor.execute(this::sweep);
        } catch (RejectedExecutionException e) {
            // The server stops, or has no thread at present.
            sweeping.set(false);
        } catch (RuntimeException | Error e) {
            sweeping.set(false);
            FAILURES.report(e);
        }
    }

    private void sweep() {
        try {
            // Before the tasks are read: after a pause in between, the log may say nothing newer of their producers.
            Instant now = time.instant();
            noteBreak(now, ticker.nanos());
            if (begunNanos - hearingSince >= patience.plus(Upload.GRACE).toNanos()) {
                endAbandoned(now);
            } else {
                // Only to notice whether the log answers.
                log.list(new TaskQuery(TaskStatus.OPEN, Map.of(), 1, null));
            }
        } catch (EventLogException.NoSuchTask e) {
            // The last task of a page was deleted: the next sweep goes on.
        } catch (EventLogException e) {
            hearingSince = ticker.nanos();
        } catch (RuntimeException | Error e) {
            hearingSince = ticker.nanos();
            FAILURES.report(e);
        } finally {
            endedNanos = ticker.nanos();
            sweeping.set(false);
        }
    }

    /**
     * Notes a pause of the process; a step of the clock, which is also what a suspended machine shows; and a log that can be read
     * but not written.
     */
    private void noteBreak(Instant now, long nanos) {
        Duration stepped = Duration.between(begun, now).minusNanos(nanos - begunNanos);
        boolean wasPaused = nanos - endedNanos > 2 * period.toNanos();
        if (wasPaused || stepped.compareTo(period) > 0 || log.trouble().isPresent()) {
            hearingSince = nanos;
        }
        begun = now;
        begunNanos = nanos;
    }

    private void endAbandoned(Instant now) {
        TaskId after = null;
        List<LogState> page;
        do {
            page = log.list(new TaskQuery(TaskStatus.OPEN, Map.of(), PAGE, after));
            page.forEach(task -> endIfAbandoned(task, now));
            after = page.isEmpty() ? null : page.get(page.size() - 1).task().id();
        } while (page.size() == PAGE);
    }

    private void endIfAbandoned(LogState task, Instant now) {
        List<Upload> open =
                task.uploads().stream().filter(upload -> !upload.complete()).toList();
        if (open.isEmpty()) {
            return;
        }
        Upload last = open.stream().max(Comparator.comparing(Upload::lostAt)).orElseThrow();
        if (!now.isBefore(last.lostAt().plus(patience))) {
            end(task.task().id(), last);
        }
    }

    /** The change of the upload makes the log refuse this if the producer has come back meanwhile. */
    private void end(TaskId task, Upload upload) {
        var done = new StreamItem.Done(
                TaskStatus.FAILED,
                "The producer of upload " + upload.name() + " was last heard of at " + upload.heard());
        var unchanged = new UploadChange.Advance(
                upload.name(), upload.turn(), upload.offset(), upload.offset(), upload.complete());
        try {
            log.append(task, Batch.of(List.of(events.bind(done)), unchanged, null))
                    .toCompletableFuture()
                    .join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof EventLogException.Unavailable unavailable) {
                throw unavailable;
            }
            if (!(e.getCause() instanceof EventLogException)) {
                throw e;
            }
        }
    }

    @Override
    public void close() {
        ScheduledFuture<?> running = timer;
        if (running != null) {
            running.cancel(false);
        }
    }
}
