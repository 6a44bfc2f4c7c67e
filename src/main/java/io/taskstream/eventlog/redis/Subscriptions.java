package io.taskstream.eventlog.redis;

import io.lettuce.core.RedisException;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.taskstream.eventlog.Chunk;
import io.taskstream.eventlog.EventId;
import io.taskstream.eventlog.EventLog.LogWatcher;
import io.taskstream.eventlog.EventLog.Watch;
import io.taskstream.eventlog.EventLogException;
import io.taskstream.eventlog.LogState;
import io.taskstream.task.TaskId;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The logs that are watched on this server, each with a subscription to its channel, which ends with its last watcher. A
 * message only triggers a fetch, and so does the begin of a subscription, including after a reconnect. Thread-safe.
 */
final class Subscriptions extends RedisPubSubAdapter<String, byte[]> implements WatchedLog.LogSource {

    /** The limit of concurrent fetches of new events per node. */
    private static final int MAX_FETCHES = 128;

    /** The limit of concurrent checks per node. Each needs some commands, for which no caller waits. */
    private static final int MAX_CHECKS = 16;

    private final ConcurrentMap<TaskId, WatchedLog> logs = new ConcurrentHashMap<>();
    private final RedisLink link;
    private final TaskStore store;
    private final ViewerCounts viewers;
    private final Supplier<String> epochs;
    private final RedisConfig.Threads threads;
    private final CommandLimiter fetches;
    private final CommandLimiter checks;
    private final String prefix;

    Subscriptions(
            RedisLink link,
            TaskStore store,
            ViewerCounts viewers,
            Supplier<String> epochs,
            RedisConfig.Threads threads,
            String prefix) {
        this.link = link;
        this.store = store;
        this.viewers = viewers;
        this.epochs = epochs;
        this.threads = threads;
        this.fetches = new CommandLimiter(MAX_FETCHES, threads);
        this.checks = new CommandLimiter(MAX_CHECKS, threads);
        this.prefix = prefix;
    }

    /** Adds a watcher to a log that is watched already; empty if it is not. */
    Optional<Watch> join(TaskId id, LogWatcher watcher) {
        var isAdded = new AtomicBoolean();
        WatchedLog log = logs.computeIfPresent(id, (task, present) -> {
            // Under the map's lock for this task, so that the last watcher can't be removed in between.
            isAdded.set(present.add(watcher));
            return present;
        });
        return log != null && isAdded.get() ? Optional.of(watch(log, watcher)) : Optional.empty();
    }

    /** Adds a watcher to a log, which had that state a moment ago. */
    Watch begin(LogState state, LogWatcher watcher) {
        WatchedLog log = logs.compute(state.task().id(), (task, present) -> {
            if (present != null && present.add(watcher)) {
                return present;
            }
            var begun = new WatchedLog(state, this);
            begun.add(watcher);
            var unused = subscribe(task);
            return begun;
        });
        return watch(log, watcher);
    }

    private Watch watch(WatchedLog log, LogWatcher watcher) {
        return () -> logs.computeIfPresent(log.id(), (task, present) -> {
            boolean isLast = log.remove(watcher);
            if (present != log || !isLast) {
                return present;
            }
            unsubscribe(task);
            viewers.publishNone(task);
            return null;
        });
    }

    /** Returns the frames after a sequence; {@code null} if the log is not watched, or they are not recent. */
    @Nullable
    CompletionStage<Chunk> read(TaskId id, long after, int maxBytes) {
        WatchedLog log = logs.get(id);
        return log == null ? null : log.read(after, maxBytes);
    }

    /** Has new events fetched up to that one. */
    void reached(TaskId id, EventId last) {
        WatchedLog log = logs.get(id);
        if (log != null) {
            log.reached(last);
        }
    }

    /** Has the watchers notified when the log can be read again, after a read of one has failed. */
    void readFailed(TaskId id) {
        WatchedLog log = logs.get(id);
        if (log != null) {
            log.notifyAfterNextFetch();
        }
    }

    /** Ends the log after it was deleted. */
    void deleted(TaskId id) {
        WatchedLog log = logs.get(id);
        if (log != null) {
            log.end();
        }
    }

    /**
     * Fetches every log and renews every subscription. A message may have been lost, and Lettuce does not report when a
     * Cluster moves a slot to another node. Few at a time, so that a server that watches thousands does not block Redis for
     * all others.
     */
    void checkAll() {
        logs.forEach((id, log) -> {
            if (log.beginCheck()) {
                checks.submit(store.node(id), () -> check(id, log)).whenComplete((done, failure) -> log.endCheck());
            }
        });
    }

    private CompletionStage<Void> check(TaskId id, WatchedLog log) {
        if (logs.get(id) != log) {
            return CompletableFuture.completedStage(null);
        }
        CompletionStage<?> subscribed = subscribe(id);
        log.fetch();
        return CompletableFuture.allOf(
                subscribed.toCompletableFuture(), viewers.publish(id).toCompletableFuture());
    }

    private CompletionStage<?> subscribe(TaskId id) {
        try {
            return link.pubSub().async().ssubscribe(store.keys(id).wake());
        } catch (RedisException | EventLogException e) {
            // The next check tries again, and reads the log anyway.
            return CompletableFuture.failedStage(e);
        }
    }

    private void unsubscribe(TaskId id) {
        try {
            var unused = link.pubSub().async().sunsubscribe(store.keys(id).wake());
        } catch (RedisException | EventLogException e) {
            // The next message unsubscribes.
        }
    }

    // Notifications, on a thread of Lettuce

    @Override
    public void ssubscribed(String channel, long count) {
        WatchedLog log = logOrUnsubscribe(channel);
        if (log != null) {
            log.fetch();
        }
    }

    @Override
    public void smessage(String channel, byte[] message) {
        WatchedLog log = logOrUnsubscribe(channel);
        if (log != null) {
            EventId.parse(new String(message, StandardCharsets.US_ASCII)).ifPresentOrElse(log::reached, log::fetch);
        }
    }

    private @Nullable WatchedLog logOrUnsubscribe(String channel) {
        TaskId id = new TaskId(channel.substring(prefix.length() + 1, channel.lastIndexOf('}')));
        return logs.compute(id, (task, present) -> {
            if (present == null) {
                unsubscribe(task);
            }
            return present;
        });
    }

    // The source of the logs

    @Override
    public void page(TaskId id, long after, int maxBytes, BiConsumer<Optional<LogPage>, Throwable> then) {
        var unused = fetches.submit(
                store.node(id),
                () -> store.page(id, after, maxBytes, after > 0),
                reply -> reply.thenApply(LogPage::of).whenComplete(then));
    }

    @Override
    public void remove(WatchedLog log) {
        logs.computeIfPresent(log.id(), (task, present) -> {
            if (present != log) {
                return present;
            }
            unsubscribe(task);
            return null;
        });
    }

    @Override
    public CompletionStage<?> renew(TaskId id, String epoch) {
        return store.renew(id, epoch, epochs.get());
    }

    @Override
    public void execute(Runnable work) {
        threads.execute(work);
    }
}
