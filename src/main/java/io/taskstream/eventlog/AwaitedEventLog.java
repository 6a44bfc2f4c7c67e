package io.taskstream.eventlog;

import io.taskstream.task.Task;
import io.taskstream.task.TaskId;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * An engine that could not be opened, and is tried again until it can. Until then every call is answered
 * {@link EventLogException.Unavailable} with what keeps it from opening.
 */
public final class AwaitedEventLog implements EventLog {

    private static final Logger LOG = System.getLogger(AwaitedEventLog.class.getName());
    private static final RepeatedFailures FAILURES =
            new RepeatedFailures(LOG, "The log can't be opened for a reason of its own; it is tried again");
    private static final Duration PAUSE = Duration.ofSeconds(1);

    private final Supplier<EventLog> opener;
    private volatile String reason;
    private volatile @Nullable EventLog log;

    // Guarded by this.
    private @Nullable ScheduledFuture<?> attempts;
    private @Nullable ToIntFunction<TaskId> viewersHere;
    private boolean closed;

    private AwaitedEventLog(Supplier<EventLog> opener, String reason) {
        this.opener = opener;
        this.reason = reason;
    }

    /**
     * The engine, or one that waits for it if it is {@link EventLogException.Unavailable} at present.
     *
     * @param opener throws anything else if there is no use in trying again, which is passed on
     * @param scheduler opens it later
     */
    public static EventLog open(Supplier<EventLog> opener, ScheduledExecutorService scheduler) {
        try {
            return opener.get();
        } catch (EventLogException.Unavailable e) {
            LOG.log(Level.ERROR, "The log can't be opened, and is tried again every second", e);
            var awaited = new AwaitedEventLog(opener, String.valueOf(e.getMessage()));
            awaited.tryBy(scheduler);
            return awaited;
        }
    }

    private synchronized void tryBy(ScheduledExecutorService scheduler) {
        attempts = scheduler.scheduleAtFixedRate(
                this::tryAgain, PAUSE.toMillis(), PAUSE.toMillis(), TimeUnit.MILLISECONDS);
    }

    private synchronized void tryAgain() {
        if (closed || log != null) {
            return;
        }
        try {
            EventLog opened = opener.get();
            // First, for it is open whatever happens now, and can't be opened a second time.
            log = opened;
            cancelAttempts();
            if (viewersHere != null) {
                opened.countViewersBy(viewersHere);
            }
            LOG.log(Level.INFO, "The log is open now");
        } catch (EventLogException.Unavailable e) {
            reason = String.valueOf(e.getMessage());
        } catch (RuntimeException | Error e) {
            // The scheduler would never again run what threw.
            reason = e.toString();
            FAILURES.report(e);
        }
    }

    private void cancelAttempts() {
        if (attempts != null) {
            attempts.cancel(false);
        }
    }

    private EventLog opened() {
        EventLog opened = log;
        if (opened == null) {
            throw unavailable();
        }
        return opened;
    }

    private EventLogException unavailable() {
        return new EventLogException.Unavailable(reason, null);
    }

    @Override
    public Optional<String> trouble() {
        EventLog opened = log;
        return opened == null ? Optional.of(reason) : opened.trouble();
    }

    @Override
    public Optional<String> failure() {
        EventLog opened = log;
        return opened == null ? Optional.empty() : opened.failure();
    }

    @Override
    public boolean create(Task task) {
        return opened().create(task);
    }

    @Override
    public Optional<LogState> find(TaskId id) {
        return opened().find(id);
    }

    @Override
    public List<LogState> list(TaskQuery query) {
        return opened().list(query);
    }

    @Override
    public boolean delete(TaskId id) {
        return opened().delete(id);
    }

    @Override
    public CompletionStage<Appended> append(TaskId id, Batch batch) {
        EventLog opened = log;
        return opened == null ? CompletableFuture.failedStage(unavailable()) : opened.append(id, batch);
    }

    @Override
    public CompletionStage<Chunk> read(TaskId id, long after, int maxBytes) {
        EventLog opened = log;
        return opened == null ? CompletableFuture.failedStage(unavailable()) : opened.read(id, after, maxBytes);
    }

    @Override
    public List<StoredEvent> history(TaskId id, long after, int limit) {
        return opened().history(id, after, limit);
    }

    @Override
    public Watch watch(TaskId id, LogWatcher watcher) {
        return opened().watch(id, watcher);
    }

    @Override
    public synchronized void countViewersBy(ToIntFunction<TaskId> here) {
        viewersHere = here;
        EventLog opened = log;
        if (opened != null) {
            opened.countViewersBy(here);
        }
    }

    @Override
    public LogUsage usage() {
        EventLog opened = log;
        return opened == null ? LogUsage.UNKNOWN : opened.usage();
    }

    @Override
    public synchronized void close() {
        closed = true;
        cancelAttempts();
        EventLog opened = log;
        if (opened != null) {
            opened.close();
        }
    }
}
