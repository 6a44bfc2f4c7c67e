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
import io.taskstream.eventlog.UploadChange;
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
 * The engine that keeps tasks in Redis, for any number of servers. A task is a hash and a stream, and scripts make all
 * changes. The scripts document these, and {@code src/docs/redis.md} the keys. Thread-safe.
 */
public final class RedisEventLog implements EventLog {

    private static final Logger LOG = System.getLogger(RedisEventLog.class.getName());
    private static final RepeatedFailures FAILURES =
            new RepeatedFailures(LOG, "A periodic job for Redis failed; it runs again");
    private static final Duration HEALTH_CHECK = Duration.ofMillis(500);

    /** The interval of checks for appends that are late. */
    private static final Duration DEADLINE_CHECK = Duration.ofMillis(200);

    /** The limit of concurrent reads per node: enough to keep Redis busy, and few enough for the heap. */
    private static final int MAX_READS = 32;

    private static final int HISTORY_BYTES = 256 << 10;

    private final RedisLink link;
    private final TaskStore store;
    private final TaskIndex index;
    private final AppendQueue appends;
    private final AcknowledgedUploads uploads;
    private final Subscriptions watched;
    private final CommandLimiter reads;
    private final ViewerCounts viewers;
    private final RedisHealthCheck health;
    private final RandomGenerator random;
    private final Replies replies;
    private final List<ScheduledFuture<?>> timers;

    private RedisEventLog(
            RedisLink link, RedisConfig config, RedisConfig.Threads threads, RandomGenerator random, Stopwatch calls) {
        this.link = link;
        this.random = random;
        String prefix = config.server().prefix();
        Duration reread = config.timeouts().reread();
        String node = newEpoch();
        this.replies = new Replies(config.timeouts().command());
        this.viewers = new ViewerCounts(link, prefix, node, reread);
        this.store = new TaskStore(link, prefix, node);
        this.index = new TaskIndex(link, store, replies, prefix);
        this.health = new RedisHealthCheck(link, threads.executor());
        this.uploads = new AcknowledgedUploads(store, this::newEpoch, threads);
        var script = new AppendScript(link, config, node, uploads, calls);
        this.appends = new AppendQueue(script::run, health, config.timeouts(), threads);
        this.reads = new CommandLimiter(MAX_READS, threads);
        this.watched = new Subscriptions(link, store, viewers, this::newEpoch, threads, prefix);
        link.listen(watched);
        health.connect();
        this.timers = List.of(
                repeat(health::check, HEALTH_CHECK, threads),
                repeat(appends::refuseLate, DEADLINE_CHECK, threads),
                repeat(watched::checkAll, reread, threads),
                repeat(uploads::checkAll, reread, threads),
                repeat(index::sweep, reread, threads),
                repeat(index::count, reread, threads));
    }

    /** Returns an epoch that no log has or had. */
    private String newEpoch() {
        return "%016x".formatted(random.nextLong());
    }

    private static ScheduledFuture<?> repeat(Runnable work, Duration pause, RedisConfig.Threads threads) {
        return threads.scheduler()
                .scheduleWithFixedDelay(() -> run(work), pause.toMillis(), pause.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Catches everything, since the scheduler does not repeat a job that throws. */
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
     * Opens the engine. If Redis does not answer, it keeps trying to connect, and until then all calls fail as unavailable.
     *
     * @param calls measures each call that appends
     */
    public static RedisEventLog open(
            RedisConfig config, RedisConfig.Threads threads, RandomGenerator random, Stopwatch calls) {
        RedisLink link = RedisClients.link(config.server(), config.timeouts().command());
        return new RedisEventLog(link, config, threads, random, calls);
    }

    @Override
    public boolean create(Task task) {
        health.requireUp();
        TaskStore.Creation creation = replies.await(store.create(task, newEpoch()));
        if (creation == TaskStore.Creation.EXISTS) {
            return false;
        }
        boolean isNew = creation == TaskStore.Creation.CREATED;
        replies.awaitNullable(isNew ? index.add(task.id()) : index.addIfAbsent(task.id()));
        replies.awaitNullable(store.markListed(task.id()));
        return isNew;
    }

    @Override
    public Optional<LogState> find(TaskId id) {
        health.requireUp();
        return replies.await(store.find(id));
    }

    @Override
    public List<LogState> list(TaskQuery query) {
        health.requireUp();
        return index.list(query);
    }

    @Override
    public boolean delete(TaskId id) {
        health.requireUp();
        boolean isDeleted = replies.await(store.delete(id));
        if (isDeleted) {
            watched.deleted(id);
        }
        return isDeleted;
    }

    @Override
    public CompletionStage<Appended> append(TaskId id, Batch batch) {
        CompletionStage<Appended> answer = appends.append(id, batch);
        UploadChange change = batch.upload();
        CompletionStage<Appended> checked = change == null ? answer : uploads.checked(id, change, answer);
        return checked.thenApply(appended -> {
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
        return reads.submit(store.node(id), () -> store.page(id, after, maxBytes, false))
                .handle((reply, failure) -> {
                    if (failure != null) {
                        watched.readFailed(id);
                        throw Replies.asEventLogException(failure);
                    }
                    return page(id, reply).chunk(after, maxBytes);
                });
    }

    /** Blocks, and decodes the reply on this thread: all threads of the executor may be blocked here, too. */
    private LogPage awaitPage(TaskId id, long after) {
        return page(id, replies.await(store.page(id, after, HISTORY_BYTES, false)));
    }

    private static LogPage page(TaskId id, List<Object> reply) {
        return LogPage.of(reply).orElseThrow(() -> new EventLogException.NoSuchTask(id));
    }

    @Override
    public List<StoredEvent> history(TaskId id, long after, int limit) {
        health.requireUp();
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

    /** Returns the numbers of the last periodic count. */
    @Override
    public LogUsage usage() {
        return index.usage();
    }

    @Override
    public Optional<String> trouble() {
        return health.trouble();
    }

    @Override
    public void close() {
        timers.forEach(timer -> timer.cancel(false));
        link.close();
    }
}
