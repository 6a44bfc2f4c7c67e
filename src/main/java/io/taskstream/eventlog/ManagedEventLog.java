package io.taskstream.eventlog;

import io.taskstream.metrics.LogMeters;
import io.taskstream.metrics.LogUsage;
import io.taskstream.task.EventData;
import io.taskstream.task.Task;
import io.taskstream.task.TaskId;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * An engine's life cycle and metrics: opens the engine, again and again if it is unavailable at first; counts appends;
 * logs when appends begin to fail and when they succeed again; closes the engine once. Before it is open and after it is
 * closed every call fails with {@link EventLogException.Unavailable}.
 */
public final class ManagedEventLog implements EventLog {

    private static final Logger LOG = System.getLogger(ManagedEventLog.class.getName());
    private static final RepeatedFailures FAILURES = new RepeatedFailures(
            LOG, "The log can't be opened because of a fault; the next attempt follows in a second");
    private static final Duration PAUSE = Duration.ofSeconds(1);

    /** A failed append makes the server unready for so long, unless another append succeeds earlier. */
    private static final long TROUBLE_NANOS = Duration.ofSeconds(10).toNanos();

    private final Supplier<? extends EventLog> opener;
    private final LogMeters meters;
    private final LongSupplier nanos;

    private volatile @Nullable EventLog log;
    private volatile String notOpenReason = "";
    private volatile @Nullable Failure lastFailure;
    private volatile boolean closed;

    // Guarded by this.
    private @Nullable ScheduledFuture<?> attempts;
    private @Nullable ToIntFunction<TaskId> localViewers;

    private record Failure(String message, long at) {}

    private ManagedEventLog(
            Supplier<? extends EventLog> opener, @Nullable EventLog log, LogMeters meters, LongSupplier nanos) {
        this.opener = opener;
        this.log = log;
        this.meters = meters;
        this.nanos = nanos;
    }

    /**
     * Manages an engine that is open.
     *
     * @param nanos a monotonic clock, in nanoseconds
     */
    public ManagedEventLog(EventLog log, LogMeters meters, LongSupplier nanos) {
        this(() -> log, log, meters, nanos);
    }

    /**
     * Opens an engine. If it is {@link EventLogException.Unavailable}, the scheduler tries again every second.
     *
     * @param opener opens the engine; what it throws apart from that, no further attempt can help, and is rethrown
     * @param nanos a monotonic clock, in nanoseconds
     */
    public static ManagedEventLog open(
            Supplier<? extends EventLog> opener,
            ScheduledExecutorService scheduler,
            LogMeters meters,
            LongSupplier nanos) {
        var managed = new ManagedEventLog(opener, null, meters, nanos);
        try {
            managed.log = opener.get();
        } catch (EventLogException.Unavailable e) {
            LOG.log(Level.ERROR, "The log can't be opened, and is tried again every second", e);
            managed.notOpenReason = String.valueOf(e.getMessage());
            managed.retry(scheduler);
        }
        return managed;
    }

    private synchronized void retry(ScheduledExecutorService scheduler) {
        attempts = scheduler.scheduleWithFixedDelay(
                this::tryAgain, PAUSE.toMillis(), PAUSE.toMillis(), TimeUnit.MILLISECONDS);
    }

    private synchronized void tryAgain() {
        if (closed || log != null) {
            return;
        }
        try {
            EventLog opened = opener.get();
            // At once: the engine is open even if a line below fails, and can't be opened a second time.
            log = opened;
            cancelAttempts();
            if (localViewers != null) {
                opened.countViewersBy(localViewers);
            }
            LOG.log(Level.INFO, "The log is open now");
        } catch (EventLogException.Unavailable e) {
            notOpenReason = String.valueOf(e.getMessage());
        } catch (RuntimeException | Error e) {
            // A scheduler never runs a task again that threw.
            notOpenReason = e.toString();
            FAILURES.report(e);
        }
    }

    private void cancelAttempts() {
        if (attempts != null) {
            attempts.cancel(false);
        }
    }

    private EventLog open() {
        EventLog opened = log;
        if (closed || opened == null) {
            throw unavailable();
        }
        return opened;
    }

    private EventLogException unavailable() {
        String reason = closed ? "This server is going to stop, and its log is closed" : notOpenReason;
        return new EventLogException.Unavailable(reason, null);
    }

    @Override
    public CompletionStage<Appended> append(TaskId id, Batch batch) {
        return append(batch, opened -> opened.append(id, batch));
    }

    @Override
    public CompletionStage<Appended> appendHere(TaskId id, Batch batch) {
        return append(batch, opened -> opened.appendHere(id, batch));
    }

    private CompletionStage<Appended> append(Batch batch, Function<EventLog, CompletionStage<Appended>> append) {
        if (closed) {
            return CompletableFuture.failedStage(unavailable());
        }
        EventLog opened = log;
        long start = nanos.getAsLong();
        CompletionStage<Appended> stage =
                opened == null ? CompletableFuture.failedStage(unavailable()) : append.apply(opened);
        return stage.whenComplete((appended, error) -> {
            if (error == null) {
                succeeded(batch, start);
            } else {
                failed(error);
            }
        });
    }

    private void succeeded(Batch batch, long start) {
        if (batch.events().isEmpty()) {
            // An engine may change an upload in the heap only.
            return;
        }
        meters.appends().record(nanos.getAsLong() - start);
        meters.events().add(batch.events().size());
        long bytes = 0;
        for (EventData event : batch.events()) {
            bytes += event.json().length;
        }
        meters.bytes().add(bytes);
        if (lastFailure != null) {
            lastFailure = null;
            LOG.log(Level.INFO, "The log keeps events again");
        }
    }

    private void failed(Throwable error) {
        Throwable cause = error instanceof CompletionException && error.getCause() != null ? error.getCause() : error;
        boolean isRefusal = cause instanceof EventLogException && !(cause instanceof EventLogException.Unavailable);
        if (isRefusal) {
            return;
        }
        if (lastFailure == null) {
            LOG.log(Level.ERROR, "The log can't keep events: " + cause.getMessage(), cause);
        }
        lastFailure = new Failure(String.valueOf(cause.getMessage()), nanos.getAsLong());
    }

    @Override
    public Optional<String> trouble() {
        EventLog opened = log;
        if (closed) {
            return Optional.of("The log is closed");
        }
        return opened == null ? Optional.of(notOpenReason) : opened.trouble().or(this::recentFailure);
    }

    private Optional<String> recentFailure() {
        return Optional.ofNullable(lastFailure)
                .filter(failure -> nanos.getAsLong() - failure.at() < TROUBLE_NANOS)
                .map(Failure::message);
    }

    /** Empty also once the log is closed: its server is going to stop. */
    @Override
    public Optional<String> failure() {
        EventLog opened = log;
        return closed || opened == null ? Optional.empty() : opened.failure();
    }

    @Override
    public LogUsage usage() {
        EventLog opened = log;
        return closed || opened == null ? LogUsage.UNKNOWN : opened.usage();
    }

    @Override
    public boolean create(Task task) {
        return open().create(task);
    }

    @Override
    public Optional<LogState> find(TaskId id) {
        return open().find(id);
    }

    @Override
    public List<LogState> list(TaskQuery query) {
        return open().list(query);
    }

    @Override
    public boolean delete(TaskId id) {
        return open().delete(id);
    }

    @Override
    public CompletionStage<Chunk> read(TaskId id, long after, int maxBytes) {
        EventLog opened = log;
        return closed || opened == null
                ? CompletableFuture.failedStage(unavailable())
                : opened.read(id, after, maxBytes);
    }

    @Override
    public List<StoredEvent> history(TaskId id, long after, int limit) {
        return open().history(id, after, limit);
    }

    @Override
    public Watch watch(TaskId id, LogWatcher watcher) {
        return open().watch(id, watcher);
    }

    @Override
    public synchronized void countViewersBy(ToIntFunction<TaskId> local) {
        localViewers = local;
        EventLog opened = log;
        if (opened != null) {
            opened.countViewersBy(local);
        }
    }

    /** Closes the engine; later calls do nothing. */
    @Override
    public void close() {
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
            cancelAttempts();
        }
        EventLog opened = log;
        if (opened != null) {
            opened.close();
        }
    }
}
