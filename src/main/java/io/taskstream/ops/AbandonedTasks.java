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
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Ends open tasks as failed when all their uploads have lost their producer for long. */
public final class AbandonedTasks implements AutoCloseable {

    private static final RepeatedFailures FAILURES = new RepeatedFailures(
            System.getLogger(AbandonedTasks.class.getName()), "Abandoned tasks could not be ended; it is tried again");

    private static final int PAGE = 500;

    private final EventLog log;
    private final EventReader events;
    private final Duration patience;
    private final InstantSource time;
    private @Nullable ScheduledFuture<?> timer;

    /**
     * @param patience how long the producers must have been lost
     */
    public AbandonedTasks(EventLog log, EventReader events, Duration patience, InstantSource time) {
        this.log = log;
        this.events = events;
        this.patience = patience;
        this.time = time;
    }

    /**
     * Looks for such tasks from now on, ten times in the patience but at most once a second; never if the patience is zero.
     *
     * @param executor reads the log, which may wait for a disk
     */
    public AbandonedTasks start(ScheduledExecutorService scheduler, Executor executor) {
        if (!patience.isZero()) {
            long millis = Math.max(1_000, patience.toMillis() / 10);
            timer = scheduler.scheduleWithFixedDelay(
                    () -> executor.execute(this::sweep), millis, millis, TimeUnit.MILLISECONDS);
        }
        return this;
    }

    /** Ends the tasks that are abandoned now. */
    void sweep() {
        try {
            TaskId after = null;
            List<LogState> page;
            do {
                page = log.list(new TaskQuery(TaskStatus.OPEN, Map.of(), PAGE, after));
                page.forEach(this::endIfAbandoned);
                after = page.isEmpty() ? null : page.get(page.size() - 1).task().id();
            } while (page.size() == PAGE);
        } catch (EventLogException e) {
            // The log is unavailable, or the last task of a page was deleted: the next sweep goes on.
        } catch (RuntimeException | Error e) {
            FAILURES.report(e);
        }
    }

    private void endIfAbandoned(LogState task) {
        List<Upload> open =
                task.uploads().stream().filter(upload -> !upload.complete()).toList();
        if (open.isEmpty()) {
            return;
        }
        Upload last = open.stream().max(Comparator.comparing(Upload::lostAt)).orElseThrow();
        Instant now = time.instant();
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
