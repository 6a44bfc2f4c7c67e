package io.taskstream.stream;

import io.taskstream.client.TaskStatus;
import io.taskstream.eventlog.EventLog;
import io.taskstream.eventlog.EventLogException;
import io.taskstream.eventlog.LogState;
import io.taskstream.eventlog.RepeatedFailures;
import io.taskstream.eventlog.TaskQuery;
import io.taskstream.task.Task;
import io.taskstream.task.TaskId;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Finds the tasks of a stream by their labels, and has them join: first those that are open, then each that appears. The
 * oldest come first. Those for which there is no room are found again when another task has ended.
 *
 * <p>As a timer it looks each second, on the executor, because that may wait for a disk. It keeps nothing of the tasks that it
 * leaves out but {@link StreamPosition.Since}, which is also all that a viewer needs to resume.
 */
final class TaskFinder extends Heartbeats.Timer {

    /** The time of tasks after which a quiet viewer is told its position again. */
    static final Duration LONGEST_SEARCH = Duration.ofMinutes(1);

    /** How much the clocks of servers may differ, and how long the creation of a task may take. */
    private static final Duration OVERLAP = Duration.ofSeconds(30);

    private static final RepeatedFailures FAILURES = new RepeatedFailures(
            System.getLogger(TaskFinder.class.getName()), "The tasks of a viewer could not be looked for");

    private static final long PERIOD_NANOS = Duration.ofSeconds(1).toNanos();
    private static final int PAGE = 100;

    private final StreamContext context;
    private final Newest newest;
    private final MergedStream stream;
    private final TaskQuery wanted;
    private final Function<LogState, StartPosition> from;
    private final AtomicBoolean looking = new AtomicBoolean();

    /** Changed by the look that runs only. */
    private volatile StreamPosition.Since since;

    /**
     * @param wanted matches the tasks that the viewer wants and may watch
     * @param from returns where the tasks begin that were there before the viewer
     */
    TaskFinder(
            StreamContext context,
            Newest newest,
            MergedStream stream,
            TaskQuery wanted,
            Function<LogState, StartPosition> from) {
        this.context = context;
        this.newest = newest;
        this.stream = stream;
        this.wanted = wanted;
        this.from = from;
        // As exactly as a position has it.
        Instant now = context.time().instant().truncatedTo(ChronoUnit.MILLIS);
        this.since = new StreamPosition.Since(now, now);
    }

    /** Has the tasks of the position join, and those that are there, and looks for others from now on. May wait for a disk. */
    void begin(StreamPosition position) {
        for (TaskId id : position.tasks().keySet()) {
            LogState log = context.log().find(id).orElse(null);
            if (log != null && wanted.matches(log.task())) {
                stream.join(log, position.start(log, from));
            }
        }
        if (position.since() == null) {
            beginWithOpenTasks(position);
        } else {
            since = position.since();
            look(newest.list());
        }
        context.heartbeats().start(this, context.ticker().nanos() + PERIOD_NANOS);
    }

    private void beginWithOpenTasks(StreamPosition position) {
        var found = new Oldest(since.begun());
        var open = new TaskQuery(TaskStatus.OPEN, wanted.labels(), PAGE, null, wanted.visible());
        eachPage(context.log(), open, context.log().list(open), found::add);
        found.join(log -> position.start(log, from));
    }

    @Override
    long fire(long now) {
        lookSoon();
        return now + PERIOD_NANOS;
    }

    /** Looks for tasks on the executor, unless that is going on. */
    void lookSoon() {
        if (stream.room() == 0 || !looking.compareAndSet(false, true)) {
            return;
        }
        Executor executor = context.fanOut().executor();
        try {
            newest.page(executor).thenAcceptAsync(this::look, executor).whenComplete((done, error) -> ended(error));
        } catch (RuntimeException | Error e) {
            ended(e);
        }
    }

    private void ended(@Nullable Throwable error) {
        looking.set(false);
        Throwable cause = error instanceof CompletionException ? error.getCause() : error;
        // If the log can't answer, the next look finds the same tasks. A server that stops refuses work.
        if (cause != null && !(cause instanceof EventLogException) && !(cause instanceof RejectedExecutionException)) {
            FAILURES.report(cause);
        }
    }

    private void look(Newest.Page first) {
        Instant begun = since.begun();
        Instant created = since.created();
        var found = new Oldest(first.taken);
        newest.each(first, created.minus(OVERLAP), log -> {
            Task task = log.task();
            boolean isNew = task.finished() == null || !task.finished().isBefore(begun);
            if (isNew && !task.created().isBefore(created) && wanted.matches(task)) {
                found.add(log);
            }
        });
        // If there was no room for a task that was there before the viewer, it begins where the viewer asked for.
        found.join(log ->
                log.task().created().isBefore(begun.minus(OVERLAP)) ? from.apply(log) : StartPosition.earliest(log));
    }

    /** Calls for each task of the query, newest first, until it returns false. */
    private static void eachPage(
            EventLog log, TaskQuery query, List<LogState> first, Function<LogState, Boolean> action) {
        for (List<LogState> page = first; ; ) {
            for (LogState each : page) {
                if (!action.apply(each)) {
                    return;
                }
            }
            if (page.size() < PAGE) {
                return;
            }
            TaskId last = page.get(PAGE - 1).task().id();
            page = log.list(new TaskQuery(query.status(), query.labels(), PAGE, last, query.visible()));
        }
    }

    /** The oldest tasks of one look, as many as the stream has room for. They are added newest first. */
    private final class Oldest {

        private final Deque<LogState> tasks = new ArrayDeque<>();
        private final int room = stream.room();
        private Instant created;

        Oldest(Instant now) {
            this.created = now.minus(OVERLAP).truncatedTo(ChronoUnit.MILLIS);
        }

        boolean add(LogState log) {
            if (!stream.has(log.task())) {
                tasks.addLast(log);
            }
            if (tasks.size() > room) {
                Instant leftOut = tasks.removeFirst().task().created().truncatedTo(ChronoUnit.MILLIS);
                created = leftOut.isBefore(created) ? leftOut : created;
            }
            return true;
        }

        void join(Function<LogState, StartPosition> start) {
            while (!tasks.isEmpty()) {
                LogState oldest = tasks.removeLast();
                stream.join(oldest, start.apply(oldest));
            }
            since = new StreamPosition.Since(created, since.begun());
            stream.setSince(since);
        }
    }

    /** The newest tasks of the log, listed once for all viewers that look at about the same time. Thread-safe. */
    static final class Newest {

        private static final Duration FRESH = Duration.ofMillis(500);
        private static final TaskQuery ALL = new TaskQuery(null, Map.of(), PAGE, null);

        private final EventLog log;
        private final InstantSource time;
        private @Nullable CompletableFuture<Page> last;

        Newest(EventLog log, InstantSource time) {
            this.log = log;
            this.time = time;
        }

        /**
         * A page.
         *
         * @param taken when it was asked for
         */
        record Page(Instant taken, List<LogState> tasks) {}

        /** Returns a page that is fresh. One thread at a time lists it, so that a slow log does not hold one for each viewer. */
        synchronized CompletionStage<Page> page(Executor executor) {
            CompletableFuture<Page> page = last;
            if (page == null || (page.isDone() && !isFresh(page))) {
                page = CompletableFuture.supplyAsync(this::list, executor);
                last = page;
            }
            return page;
        }

        private boolean isFresh(CompletableFuture<Page> page) {
            return !page.isCompletedExceptionally()
                    && Duration.between(page.join().taken, time.instant()).abs().compareTo(FRESH) < 0;
        }

        /** May wait for a disk. */
        Page list() {
            return new Page(time.instant(), log.list(ALL));
        }

        /** Calls for each task, newest first, until one that was created before. */
        void each(Page first, Instant created, Consumer<LogState> action) {
            eachPage(log, ALL, first.tasks, each -> {
                if (each.task().created().isBefore(created)) {
                    return false;
                }
                action.accept(each);
                return true;
            });
        }
    }
}
