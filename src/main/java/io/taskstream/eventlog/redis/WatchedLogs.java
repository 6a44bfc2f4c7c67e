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
import org.jspecify.annotations.Nullable;

/**
 * The logs that are watched here, each with a subscription that ends with its last watcher. A message only wakes: it is
 * the read that follows which tells, and each log is read too whenever its subscription begins, also anew.
 */
final class WatchedLogs extends RedisPubSubAdapter<String, byte[]> implements WatchedLog.LogSource {

    /** What is read at once for those who are up to date: little, but for those who were cut off. */
    private static final int MOST_PAGES = 128;

    /** Each costs Redis some commands; nobody waits for them. */
    private static final int MOST_LOOKS = 16;

    private final ConcurrentMap<TaskId, WatchedLog> logs = new ConcurrentHashMap<>();
    private final RedisLink link;
    private final TaskStore store;
    private final ViewerCounts viewers;
    private final Epochs epochs;
    private final RedisThreads threads;
    private final Turns pages;
    private final Turns looks;
    private final String prefix;

    WatchedLogs(
            RedisLink link, TaskStore store, ViewerCounts viewers, Epochs epochs, RedisThreads threads, String prefix) {
        this.link = link;
        this.store = store;
        this.viewers = viewers;
        this.epochs = epochs;
        this.threads = threads;
        this.pages = new Turns(MOST_PAGES, threads);
        this.looks = new Turns(MOST_LOOKS, threads);
        this.prefix = prefix;
    }

    /** Adds a watcher to the log if that is watched already. */
    Optional<Watch> join(TaskId id, LogWatcher watcher) {
        var isAdded = new AtomicBoolean();
        WatchedLog log = logs.computeIfPresent(id, (task, present) -> {
            // Under the map's lock for this task, so that the last watcher can't leave in between.
            isAdded.set(present.add(watcher));
            return present;
        });
        return log != null && isAdded.get() ? Optional.of(watch(log, watcher)) : Optional.empty();
    }

    /** Adds a watcher to the log, which was in that state a moment ago. */
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
            boolean isLeft = log.remove(watcher);
            if (present != log || !isLeft) {
                return present;
            }
            unsubscribe(task);
            viewers.tellNone(task);
            return null;
        });
    }

    /** What follows a sequence, if that is known here. */
    @Nullable
    CompletionStage<Chunk> read(TaskId id, long after, int maxBytes) {
        WatchedLog log = logs.get(id);
        return log == null ? null : log.read(after, maxBytes);
    }

    /** The log is known to reach that far. */
    void reached(TaskId id, EventId last) {
        WatchedLog log = logs.get(id);
        if (log != null) {
            log.reached(last);
        }
    }

    /** A read of the log failed; those who watch it are woken when it can be read again. */
    void readFailed(TaskId id) {
        WatchedLog log = logs.get(id);
        if (log != null) {
            log.oweWake();
        }
    }

    /** The log was deleted. */
    void deleted(TaskId id) {
        WatchedLog log = logs.get(id);
        if (log != null) {
            log.end();
        }
    }

    /**
     * Looks at every log and asks for every subscription again: a message may have been lost, and on a Cluster a slot may
     * have moved to another node, of which Lettuce tells nothing. A few at a time, or a server that watches thousands would
     * keep Redis and all others waiting.
     */
    void lookAtAll() {
        logs.forEach((id, log) -> {
            if (log.beginLook()) {
                looks.take(store.node(id), () -> look(id, log)).whenComplete((done, failure) -> log.endLook());
            }
        });
    }

    private CompletionStage<Void> look(TaskId id, WatchedLog log) {
        if (logs.get(id) != log) {
            return CompletableFuture.completedStage(null);
        }
        CompletionStage<?> subscribed = subscribe(id);
        log.fetch();
        return CompletableFuture.allOf(
                subscribed.toCompletableFuture(), viewers.tell(id).toCompletableFuture());
    }

    private CompletionStage<?> subscribe(TaskId id) {
        try {
            return link.waking().async().ssubscribe(store.keys(id).wake());
        } catch (RedisException | EventLogException e) {
            // The next look tries again, and reads until then.
            return CompletableFuture.failedStage(e);
        }
    }

    private void unsubscribe(TaskId id) {
        try {
            var unused = link.waking().async().sunsubscribe(store.keys(id).wake());
        } catch (RedisException | EventLogException e) {
            // The next message tells that nobody wants it.
        }
    }

    // What the subscriptions tell, on a thread of Lettuce

    @Override
    public void ssubscribed(String channel, long count) {
        WatchedLog log = logOrLeave(channel);
        if (log != null) {
            log.fetch();
        }
    }

    @Override
    public void smessage(String channel, byte[] message) {
        WatchedLog log = logOrLeave(channel);
        if (log != null) {
            EventId.parse(new String(message, StandardCharsets.US_ASCII)).ifPresentOrElse(log::reached, log::fetch);
        }
    }

    private @Nullable WatchedLog logOrLeave(String channel) {
        TaskId id = new TaskId(channel.substring(prefix.length() + 1, channel.lastIndexOf('}')));
        return logs.compute(id, (task, present) -> {
            if (present == null) {
                unsubscribe(task);
            }
            return present;
        });
    }

    // What the logs need

    @Override
    public void page(TaskId id, long after, int maxBytes, BiConsumer<Optional<LogPage>, Throwable> then) {
        var unused = pages.take(
                store.node(id),
                () -> store.page(id, after, maxBytes, after > 0),
                answer -> answer.thenApply(LogPage::of).whenComplete(then));
    }

    @Override
    public void gone(WatchedLog log) {
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
        return store.renew(id, epoch, epochs.next());
    }

    @Override
    public void execute(Runnable work) {
        threads.execute(work);
    }
}
