package io.taskstream.eventlog.memory;

import io.taskstream.client.TaskStatus;
import io.taskstream.eventlog.Appended;
import io.taskstream.eventlog.Batch;
import io.taskstream.eventlog.Chunk;
import io.taskstream.eventlog.EventId;
import io.taskstream.eventlog.EventLog.LogWatcher;
import io.taskstream.eventlog.EventLog.Watch;
import io.taskstream.eventlog.EventLogException;
import io.taskstream.eventlog.Frames;
import io.taskstream.eventlog.LogState;
import io.taskstream.eventlog.LogWatchers;
import io.taskstream.eventlog.RecentFrames;
import io.taskstream.eventlog.StoredEvent;
import io.taskstream.eventlog.Upload;
import io.taskstream.eventlog.UploadChange;
import io.taskstream.eventlog.Uploads;
import io.taskstream.task.EventData;
import io.taskstream.task.Task;
import io.taskstream.task.TaskId;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** One task and its recent frames. Thread-safe; the lock is held while bytes are copied, never while a watcher is called. */
final class MemoryTaskLog {

    private final TaskId id;
    private final EventId before;
    private final long ordinal;
    private final InstantSource time;
    private final LogWatchers watchers = new LogWatchers();

    private final RecentFrames frames;
    private final RecentKeys keys;
    private Task task;
    private Uploads uploads = Uploads.NONE;
    private boolean deleted;

    MemoryTaskLog(Task task, EventId before, long ordinal, MemoryBounds bounds, InstantSource time) {
        this.id = task.id();
        this.task = task;
        this.before = before;
        this.ordinal = ordinal;
        this.time = time;
        this.frames = new RecentFrames(before, bounds.events(), bounds.bytes());
        this.keys = new RecentKeys(bounds.events(), bounds.keys());
    }

    TaskId id() {
        return id;
    }

    /** Returns the number of the task in order of creation. */
    long ordinal() {
        return ordinal;
    }

    synchronized LogState state() {
        return new LogState(task, before.at(frames.last()), frames.oldest(), 0, uploads.present());
    }

    Appended append(Batch batch) {
        Appended appended;
        synchronized (this) {
            checkNotDeleted();
            Instant now = time.instant();
            String key = batch.idempotencyKey();
            Appended first = key == null ? null : keys.find(key, batch.fingerprint(), now);
            if (first != null) {
                return first;
            }
            checkPrecondition(batch);
            appended = add(batch, now);
            if (key != null) {
                keys.add(key, batch.fingerprint(), appended, now);
            }
        }
        watchers.notifyAppended();
        return appended;
    }

    private Appended add(Batch batch, Instant now) {
        UploadChange change = batch.upload();
        Upload upload = change == null ? null : apply(change, now);
        for (EventData event : batch.events()) {
            frames.add(Frames.encode(before.at(frames.last() + 1), event.json()), now, batch.traceparent());
        }
        TaskStatus end = batch.end();
        if (end != null) {
            task = task.finish(end, now);
        }
        return new Appended(batch.events().size(), before.at(frames.last()), upload);
    }

    private Upload apply(UploadChange change, Instant now) {
        Uploads.Step step = uploads.check(change, now);
        if (task.status().isFinished() && !uploads.has(change.name())) {
            throw new EventLogException.TaskFinished(id);
        }
        uploads = uploads.after(step);
        return step.upload();
    }

    private void checkPrecondition(Batch batch) {
        if (task.status().isFinished() && !batch.events().isEmpty()) {
            throw new EventLogException.TaskFinished(id);
        }
        EventId last = before.at(frames.last());
        if (batch.expectedLast() != null && !batch.expectedLast().equals(last)) {
            throw new EventLogException.UnexpectedLast(last);
        }
    }

    synchronized long bytes() {
        return frames.bytes();
    }

    synchronized Chunk read(long after, int maxBytes) {
        checkNotDeleted();
        return frames.chunk(after, maxBytes, task.status().isFinished());
    }

    synchronized List<StoredEvent> history(long after, int limit) {
        checkNotDeleted();
        return frames.events(after, limit);
    }

    Watch watch(LogWatcher watcher) {
        return watchers.watch(watcher);
    }

    void delete() {
        synchronized (this) {
            deleted = true;
        }
        watchers.notifyDeleted();
    }

    private void checkNotDeleted() {
        if (deleted) {
            throw new EventLogException.NoSuchTask(id);
        }
    }

    /**
     * The idempotency keys of one log with their answers, bounded by age and by number. Not thread-safe: the owner locks.
     */
    private static final class RecentKeys {

        private final Map<String, Answer> answers = new LinkedHashMap<>();
        private final int max;
        private final Duration age;

        RecentKeys(int max, Duration age) {
            this.max = max;
            this.age = age;
        }

        /**
         * Returns the answer to the first batch with this key; {@code null} if there was none, or its key has expired.
         *
         * @throws EventLogException.KeyReused if the fingerprints differ
         */
        @Nullable
        Appended find(String key, @Nullable String fingerprint, Instant now) {
            Answer answer = answers.get(key);
            if (answer == null || answer.isOlderThan(age, now)) {
                return null;
            }
            if (!Objects.equals(answer.fingerprint, fingerprint)) {
                throw new EventLogException.KeyReused();
            }
            return answer.appended;
        }

        /** Adds a key, and removes expired and excess ones, oldest first. */
        void add(String key, @Nullable String fingerprint, Appended appended, Instant now) {
            answers.remove(key);
            answers.put(key, new Answer(appended, fingerprint, now));
            Iterator<Answer> oldestFirst = answers.values().iterator();
            while (oldestFirst.hasNext()) {
                if (!oldestFirst.next().isOlderThan(age, now) && answers.size() <= max) {
                    return;
                }
                oldestFirst.remove();
            }
        }

        private record Answer(Appended appended, @Nullable String fingerprint, Instant time) {

            boolean isOlderThan(Duration age, Instant now) {
                return time.plus(age).isBefore(now);
            }
        }
    }
}
