package io.taskstream.eventlog.embedded;

import io.taskstream.eventlog.Appended;
import io.taskstream.eventlog.Batch;
import io.taskstream.eventlog.EventLogException;
import io.taskstream.eventlog.embedded.store.KeyAnswer;
import io.taskstream.eventlog.embedded.store.Store;
import io.taskstream.eventlog.embedded.store.StoreFile;
import io.taskstream.task.TaskId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.Executor;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The appends on their way to the commit thread, which must not read the store. An append without an idempotency key to a
 * cached task is submitted at once. For others the executor first looks up the task or the key in the store; later appends to
 * that task wait behind them and so keep their order. Thread-safe.
 */
final class AppendQueue {

    private final TaskCache cache;
    private final StoreFile store;
    private final Committer committer;
    private final Executor executor;

    /** By task: the appends that wait for a look-up. */
    private final ConcurrentMap<TaskId, List<PendingAppend>> pending = new ConcurrentHashMap<>();

    private volatile boolean closed;

    AppendQueue(TaskCache cache, StoreFile store, Committer committer, Executor executor) {
        this.cache = cache;
        this.store = store;
        this.committer = committer;
        this.executor = executor;
    }

    /** Compared by identity: equal batches are different appends. */
    private static final class PendingAppend {

        private final Batch batch;
        private final CompletableFuture<Appended> answer = new CompletableFuture<>();

        PendingAppend(Batch batch) {
            this.batch = batch;
        }

        @Nullable
        String key() {
            return batch.idempotencyKey();
        }

        WriteRequest<Appended> request(CachedTask pinned, @Nullable KeyAnswer stored) {
            return new WriteRequest<>(answer, pinned, key(), group -> group.append(pinned, batch, stored));
        }

        void fail(Throwable failure) {
            answer.completeExceptionally(failure);
        }
    }

    /**
     * @param submit passes a request that needs no look-up to the committer, and returns its answer
     */
    CompletableFuture<Appended> append(
            TaskId id, Batch batch, Function<WriteRequest<Appended>, CompletableFuture<Appended>> submit) {
        var append = new PendingAppend(batch);
        boolean isReady = append.key() == null && !pending.containsKey(id);
        CachedTask task = isReady ? cache.pin(id) : null;
        if (task != null) {
            return submit.apply(append.request(task, null));
        }
        lookUp(id, append);
        return append.answer;
    }

    private void lookUp(TaskId id, PendingAppend append) {
        List<PendingAppend> own = new ArrayList<>();
        List<PendingAppend> queue = pending.compute(id, (key, before) -> {
            List<PendingAppend> after = before == null ? own : before;
            after.add(append);
            return after;
        });
        if (closed) {
            failAll();
        } else if (queue == own) {
            execute(id);
        }
    }

    /** Schedules one round for a task; a task with many appends does not keep a thread from the others. */
    private void execute(TaskId id) {
        try {
            executor.execute(() -> submitPending(id));
        } catch (RuntimeException e) {
            failAll(id, new EventLogException.Unavailable("The server has no thread to read with", e));
        }
    }

    private void submitPending(TaskId id) {
        // They stay in the queue during the look-up, so that later appends wait behind them.
        List<PendingAppend> appends = copyOfPending(id);
        try {
            submit(id, appends);
        } catch (RuntimeException | Error e) {
            appends.forEach(append -> append.fail(e));
        }
        List<PendingAppend> left = pending.computeIfPresent(id, (key, queue) -> {
            queue.removeAll(new HashSet<>(appends));
            return queue.isEmpty() ? null : queue;
        });
        if (left != null) {
            execute(id);
        }
    }

    private List<PendingAppend> copyOfPending(TaskId id) {
        List<PendingAppend> copy = new ArrayList<>();
        pending.computeIfPresent(id, (key, queue) -> {
            copy.addAll(queue);
            return queue;
        });
        return copy;
    }

    private void submit(TaskId id, List<PendingAppend> appends) {
        CachedTask task = cache.loadPinned(id);
        if (task == null) {
            throw new EventLogException.NoSuchTask(id);
        }
        try {
            submit(task, appends);
        } finally {
            task.unpin();
        }
    }

    private void submit(CachedTask task, List<PendingAppend> appends) {
        List<String> keys = appends.stream()
                .map(PendingAppend::key)
                .filter(Objects::nonNull)
                .toList();
        // Before the store is read: from now on the task remembers keys that a checkpoint brings into the store.
        keys.forEach(task::beginLookUp);
        Map<String, KeyAnswer> stored = new HashMap<>();
        RuntimeException failure = null;
        try {
            if (!keys.isEmpty()) {
                stored.putAll(store.read(open -> find(open, task, keys)));
            }
        } catch (RuntimeException e) {
            failure = e;
        }
        for (PendingAppend append : appends) {
            String key = append.key();
            if (key != null && failure != null) {
                task.endLookUp(key);
                append.fail(failure);
            } else {
                task.pin();
                committer.enqueue(append.request(task, stored.get(key)));
            }
        }
    }

    private static Map<String, KeyAnswer> find(Store open, CachedTask task, List<String> keys) {
        Map<String, KeyAnswer> found = new HashMap<>();
        for (String key : keys) {
            KeyAnswer answer = open.keys().find(task.ordinal(), key);
            if (answer != null) {
                found.put(key, answer);
            }
        }
        return found;
    }

    private void failAll(TaskId id, EventLogException failure) {
        List<PendingAppend> queue = pending.remove(id);
        if (queue != null) {
            queue.forEach(append -> append.fail(failure));
        }
    }

    private void failAll() {
        var failure = new EventLogException.Unavailable("The log is closed", null);
        pending.keySet().forEach(id -> failAll(id, failure));
    }

    /** Fails all pending appends, and each later one that needs a look-up. */
    void close() {
        closed = true;
        failAll();
    }
}
