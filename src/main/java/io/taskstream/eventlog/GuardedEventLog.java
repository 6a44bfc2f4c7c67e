package io.taskstream.eventlog;

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
import java.util.function.LongSupplier;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * An engine under watch: what is appended is counted, and the operator is told once when nothing can be kept any more
 * and once when it can again. After {@link #close()} every call is answered {@link EventLogException.Unavailable}, and
 * the engine beneath is not called any more.
 */
public final class GuardedEventLog implements EventLog {

    private static final Logger LOG = System.getLogger(GuardedEventLog.class.getName());

    /** After so long without a further failure the log may be tried again. */
    private static final long TROUBLE_NANOS = Duration.ofSeconds(10).toNanos();

    private final EventLog log;
    private final LogMeters meters;
    private final LongSupplier nanos;

    private volatile boolean closed;
    private volatile @Nullable Failure failure;

    /**
     * @param nanos monotonic nanoseconds
     */
    public GuardedEventLog(EventLog log, LogMeters meters, LongSupplier nanos) {
        this.log = log;
        this.meters = meters;
        this.nanos = nanos;
    }

    private record Failure(String message, long at) {}

    @Override
    public CompletionStage<Appended> append(TaskId id, Batch batch) {
        if (closed) {
            return CompletableFuture.failedStage(unavailable());
        }
        long began = nanos.getAsLong();
        return log.append(id, batch).whenComplete((appended, error) -> {
            if (error == null) {
                kept(batch, began);
            } else {
                failed(error);
            }
        });
    }

    private void kept(Batch batch, long began) {
        meters.appends().record(nanos.getAsLong() - began);
        meters.events().add(batch.events().size());
        long bytes = 0;
        for (EventData event : batch.events()) {
            bytes += event.json().length;
        }
        meters.bytes().add(bytes);
        if (failure != null) {
            failure = null;
            LOG.log(Level.INFO, "The log keeps events again");
        }
    }

    private void failed(Throwable error) {
        Throwable cause = error instanceof CompletionException && error.getCause() != null ? error.getCause() : error;
        boolean isRefusal = cause instanceof EventLogException && !(cause instanceof EventLogException.Unavailable);
        if (isRefusal) {
            return;
        }
        if (failure == null) {
            LOG.log(Level.ERROR, "The log can't keep events: " + cause.getMessage(), cause);
        }
        failure = new Failure(String.valueOf(cause.getMessage()), nanos.getAsLong());
    }

    @Override
    public Optional<String> trouble() {
        if (closed) {
            return Optional.of("The log is closed");
        }
        return log.trouble()
                .or(() -> Optional.ofNullable(failure)
                        .filter(last -> nanos.getAsLong() - last.at() < TROUBLE_NANOS)
                        .map(Failure::message));
    }

    /** None of one that is closed: its server is going to stop. */
    @Override
    public Optional<String> failure() {
        return closed ? Optional.empty() : log.failure();
    }

    @Override
    public LogUsage usage() {
        return closed ? LogUsage.UNKNOWN : log.usage();
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
        return closed ? CompletableFuture.failedStage(unavailable()) : log.read(id, after, maxBytes);
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
    public void countViewersBy(ToIntFunction<TaskId> here) {
        log.countViewersBy(here);
    }

    private EventLog open() {
        if (closed) {
            throw unavailable();
        }
        return log;
    }

    private static EventLogException unavailable() {
        return new EventLogException.Unavailable("This server is going to stop, and its log is closed", null);
    }

    /** Closes the engine; later calls do nothing. */
    @Override
    public void close() {
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
        }
        log.close();
    }
}
