package io.taskstream.eventlog.embedded;

import io.taskstream.eventlog.Appended;
import io.taskstream.eventlog.Batch;
import io.taskstream.eventlog.EventLogException;
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
import org.jspecify.annotations.Nullable;

/**
 * Brings appends to the committing thread, with all that it needs, so that it never reads the disk nor waits for the store.
 * An append without an idempotency key to a task in the heap goes there at once. For all others the executor first looks
 * up the task or the key in the store; later appends to that task wait behind them, so that appends keep their order.
 * Thread-safe.
 */
final class AppendQueue {

    private final TaskCache live;
    private final StoreFile store;
    private final Committer committer;
    private final Executor executor;

    /** Of each task for which something is looked up, the appends that wait. */
    private final ConcurrentMap<TaskId, List<Waiting>> waiting = new ConcurrentHashMap<>();

    private volatile boolean closed;

    AppendQueue(TaskCache live, StoreFile store, Committer committer, Executor executor) {
        this.live = live;
        this.store = store;
        this.committer = committer;
        this.executor = executor;
    }

    private static final class Waiting {

        private final Batch batch;
        private final CompletableFuture<Appended> answer = new CompletableFuture<>();

        Waiting(Batch batch) {
            this.batch = batch;
        }

        @Nullable
        String key() {
            return batch.idempotencyKey();
        }

        WriteRequest<Appended> order(CachedTask pinned, @Nullable KeyAnswer stored) {
            return new WriteRequest<>(answer, pinned, key(), staging -> staging.append(pinned, batch, stored));
        }

        void fail(Throwable failure) {
            answer.completeExceptionally(failure);
        }
    }

    CompletableFuture<Appended> append(TaskId id, Batch batch) {
        var append = new Waiting(batch);
        boolean isReady = append.key() == null && !waiting.containsKey(id);
        CachedTask task = isReady ? live.pin(id) : null;
        if (task != null) {
            return committer.submit(append.order(task, null));
        }
        lookUp(id, append);
        return append.answer;
    }

    private void lookUp(TaskId id, Waiting append) {
        List<Waiting> mine = new ArrayList<>();
        List<Waiting> line = waiting.compute(id, (key, before) -> {
            List<Waiting> after = before == null ? mine : before;
            after.add(append);
            return after;
        });
        if (closed) {
            failAll();
        } else if (line == mine) {
            execute(id);
        }
    }

    /** One turn for each task that waits, so that no task keeps a thread from the others. */
    private void execute(TaskId id) {
        try {
            executor.execute(() -> takeTurn(id));
        } catch (RuntimeException e) {
            failAll(id, new EventLogException.Unavailable("The server has no thread to read with", e));
        }
    }

    private void takeTurn(TaskId id) {
        // They stay in the line as long as something is looked up for them.
        List<Waiting> appends = waitingFor(id);
        try {
            submit(id, appends);
        } catch (RuntimeException | Error e) {
            appends.forEach(append -> append.fail(e));
        }
        List<Waiting> left = waiting.computeIfPresent(id, (key, line) -> {
            line.removeAll(new HashSet<>(appends));
            return line.isEmpty() ? null : line;
        });
        if (left != null) {
            execute(id);
        }
    }

    private List<Waiting> waitingFor(TaskId id) {
        List<Waiting> copy = new ArrayList<>();
        waiting.computeIfPresent(id, (key, line) -> {
            copy.addAll(line);
            return line;
        });
        return copy;
    }

    private void submit(TaskId id, List<Waiting> appends) {
        CachedTask task = live.loadPinned(id);
        if (task == null) {
            throw new EventLogException.NoSuchTask(id);
        }
        try {
            submit(task, appends);
        } finally {
            task.unpin();
        }
    }

    private void submit(CachedTask task, List<Waiting> appends) {
        List<String> keys =
                appends.stream().map(Waiting::key).filter(Objects::nonNull).toList();
        // Before the store is read: what it takes from now on is told to the task.
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
        for (Waiting append : appends) {
            String key = append.key();
            if (key != null && failure != null) {
                task.endLookUp(key);
                append.fail(failure);
            } else {
                task.pin();
                committer.enter(append.order(task, stored.get(key)));
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
        List<Waiting> line = waiting.remove(id);
        if (line != null) {
            line.forEach(append -> append.fail(failure));
        }
    }

    private void failAll() {
        var failure = new EventLogException.Unavailable("The log is closed", null);
        waiting.keySet().forEach(id -> failAll(id, failure));
    }

    /** Takes no further append for which something must be looked up, and fails those that wait. */
    void close() {
        closed = true;
        failAll();
    }
}
