package io.taskstream.eventlog.redis;

import io.lettuce.core.RedisException;
import io.taskstream.eventlog.Appended;
import io.taskstream.eventlog.Batch;
import io.taskstream.eventlog.Chunk;
import io.taskstream.eventlog.EventLog;
import io.taskstream.eventlog.EventLogException;
import io.taskstream.eventlog.LogState;
import io.taskstream.eventlog.RepeatedFailures;
import io.taskstream.eventlog.StoredEvent;
import io.taskstream.eventlog.TaskQuery;
import io.taskstream.metrics.LogUsage;
import io.taskstream.metrics.Stopwatch;
import io.taskstream.task.Task;
import io.taskstream.task.TaskId;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.ToIntFunction;
import java.util.random.RandomGenerator;

/**
 * Keeps tasks in Redis, where any number of servers share them. A task is a hash and a stream there, and a script makes
 * every change; see the scripts, and {@code src/docs/redis.md} for the keys.
 */
public final class RedisEventLog implements EventLog {

    private static final Logger LOG = System.getLogger(RedisEventLog.class.getName());
    private static final RepeatedFailures FAILURES =
            new RepeatedFailures(LOG, "What is done again and again for Redis failed; it goes on");
    private static final Duration PULSE = Duration.ofMillis(500);

    /** How late an append may be refused. */
    private static final Duration REFUSALS = Duration.ofMillis(200);

    /** How many pages of history are read at once: enough to keep Redis busy, and few to keep in the heap. */
    private static final int MOST_PAGES = 32;

    private static final int HISTORY_BYTES = 256 << 10;

    private final RedisLink link;
    private final TaskStore store;
    private final TaskIndex index;
    private final TaskCount count;
    private final TaskLists lists;
    private final Appends appends;
    private final WatchedLogs watched;
    private final Turns catchUp;
    private final ViewerCounts viewers;
    private final Pulse pulse;
    private final Epochs epochs;
    private final Answers answers;
    private final List<ScheduledFuture<?>> timers;

    private RedisEventLog(
            RedisLink link,
            RedisPlace place,
            RedisRetention retention,
            RedisTimes times,
            RedisThreads threads,
            RandomGenerator random,
            Stopwatch calls) {
        this.link = link;
        this.epochs = new Epochs(random);
        this.answers = new Answers(times.command());
        String node = epochs.next();
        this.viewers = new ViewerCounts(link, place.prefix(), node, times.reread());
        this.store = new TaskStore(link, place.prefix(), node);
        this.index = new TaskIndex(link, place.prefix());
        this.count = new TaskCount(index);
        this.lists = new TaskLists(store, index, answers);
        this.pulse = new Pulse(link, threads.executor());
        var caller = new AppendCaller(link, place, retention, node, times.command(), calls);
        this.appends = new Appends(caller::call, pulse, times, threads);
        this.catchUp = new Turns(MOST_PAGES, threads);
        this.watched = new WatchedLogs(link, store, viewers, epochs, threads, place.prefix());
        link.tell(watched);
        pulse.connect();
        this.timers = List.of(
                repeat(pulse::ask, PULSE, threads),
                repeat(appends::refuseLate, REFUSALS, threads),
                repeat(watched::lookAtAll, times.reread(), threads),
                repeat(lists::sweep, times.reread(), threads),
                repeat(count::ask, times.reread(), threads));
    }

    private static ScheduledFuture<?> repeat(Runnable work, Duration pause, RedisThreads threads) {
        return threads.scheduler()
                .scheduleWithFixedDelay(() -> run(work), pause.toMillis(), pause.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** One that throws would not be repeated. */
    private static void run(Runnable work) {
        try {
            work.run();
        } catch (EventLogException | RedisException | RejectedExecutionException e) {
            LOG.log(Level.DEBUG, "Redis did not answer", e);
        } catch (RuntimeException | Error e) {
            FAILURES.report(e);
        }
    }

    /**
     * Connects, or, if Redis does not answer, goes on trying: until then every call is answered as unavailable.
     *
     * @param calls measures how long Redis takes for each call that appends
     */
    public static RedisEventLog open(
            RedisPlace place,
            RedisRetention retention,
            RedisTimes times,
            RedisThreads threads,
            RandomGenerator random,
            Stopwatch calls) {
        RedisLink link = RedisClients.link(place, times.command());
        return new RedisEventLog(link, place, retention, times, threads, random, calls);
    }

    @Override
    public boolean create(Task task) {
        pulse.check();
        TaskStore.Creation creation = answers.await(store.create(task, epochs.next()));
        if (creation == TaskStore.Creation.THERE) {
            return false;
        }
        boolean isNew = creation == TaskStore.Creation.CREATED;
        answers.awaitOrNull(isNew ? index.add(task.id()) : index.addIfAbsent(task.id()));
        answers.awaitOrNull(store.listed(task.id()));
        return isNew;
    }

    @Override
    public Optional<LogState> find(TaskId id) {
        pulse.check();
        return answers.await(store.find(id));
    }

    @Override
    public List<LogState> list(TaskQuery query) {
        pulse.check();
        return lists.list(query);
    }

    @Override
    public boolean delete(TaskId id) {
        pulse.check();
        boolean isDeleted = answers.await(store.delete(id));
        if (isDeleted) {
            watched.deleted(id);
        }
        return isDeleted;
    }

    @Override
    public CompletionStage<Appended> append(TaskId id, Batch batch) {
        return appends.append(id, batch).thenApply(appended -> {
            watched.reached(id, appended.last());
            return appended;
        });
    }

    @Override
    public CompletionStage<Chunk> read(TaskId id, long after, int maxBytes) {
        CompletionStage<Chunk> recent = watched.read(id, after, maxBytes);
        return recent != null ? recent : catchUp(id, after, maxBytes);
    }

    private CompletionStage<Chunk> catchUp(TaskId id, long after, int maxBytes) {
        return catchUp.take(store.node(id), () -> store.page(id, after, maxBytes, false))
                .handle((answer, failure) -> {
                    if (failure != null) {
                        watched.readFailed(id);
                        throw Failures.asEventLogException(failure);
                    }
                    return page(id, answer).chunk(after, maxBytes);
                });
    }

    /** Waits for Redis, and reads its answer itself: whom it would leave that to may be waiting, too. */
    private LogPage awaitPage(TaskId id, long after) {
        return page(id, answers.await(store.page(id, after, HISTORY_BYTES, false)));
    }

    private static LogPage page(TaskId id, List<Object> answer) {
        return LogPage.of(answer).orElseThrow(() -> new EventLogException.NoSuchTask(id));
    }

    @Override
    public List<StoredEvent> history(TaskId id, long after, int limit) {
        pulse.check();
        List<StoredEvent> events = new ArrayList<>();
        LogPage page = awaitPage(id, after);
        events.addAll(page.events());
        while (events.size() < limit && page.hasMore()) {
            long reached = events.get(events.size() - 1).id().sequence();
            page = awaitPage(id, reached);
            events.addAll(page.events());
        }
        return events.size() > limit ? events.subList(0, limit) : events;
    }

    @Override
    public Watch watch(TaskId id, LogWatcher watcher) {
        return watched.join(id, watcher)
                .or(() -> find(id).map(state -> watched.begin(state, watcher)))
                .orElseGet(() -> {
                    watcher.deleted();
                    return () -> {};
                });
    }

    @Override
    public void countViewersBy(ToIntFunction<TaskId> here) {
        viewers.countBy(here);
    }

    /** As Redis said a while ago. */
    @Override
    public LogUsage usage() {
        return count.last();
    }

    @Override
    public Optional<String> trouble() {
        return pulse.trouble();
    }

    @Override
    public void close() {
        timers.forEach(timer -> timer.cancel(false));
        link.close();
    }
}
