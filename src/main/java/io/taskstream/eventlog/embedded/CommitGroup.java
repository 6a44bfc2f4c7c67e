package io.taskstream.eventlog.embedded;

import io.taskstream.client.TaskStatus;
import io.taskstream.eventlog.Appended;
import io.taskstream.eventlog.Batch;
import io.taskstream.eventlog.EventId;
import io.taskstream.eventlog.EventLogException;
import io.taskstream.eventlog.LogState;
import io.taskstream.eventlog.UploadChange;
import io.taskstream.eventlog.Uploads;
import io.taskstream.eventlog.embedded.journal.Journal;
import io.taskstream.eventlog.embedded.journal.JournalRecord;
import io.taskstream.eventlog.embedded.journal.JournalRecord.BatchAppended;
import io.taskstream.eventlog.embedded.journal.JournalRecord.UploadChanged;
import io.taskstream.eventlog.embedded.store.KeyAnswer;
import io.taskstream.task.Task;
import io.taskstream.task.TaskId;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.h2.mvstore.WriteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The commit group that is being built: its changes of tasks, and its bytes for the journal. The commit thread reuses it for
 * one group after another. It never reads the store; a request brings what it needs from there.
 */
final class CommitGroup {

    private static final int USUAL_CAPACITY = 1 << 20;

    private final TaskCache cache;
    private final Duration keyAge;
    private final InstantSource time;
    private final RandomGenerator random;

    private final Map<CachedTask, StagedTask> staged = new LinkedHashMap<>();
    private final Map<TaskId, CachedTask> created = new HashMap<>();
    private WriteBuffer journal = new WriteBuffer(USUAL_CAPACITY);
    private long nextOrdinal;
    private long now;

    /**
     * @param nextOrdinal the ordinal of the next task that is created
     */
    CommitGroup(TaskCache cache, Duration keyAge, InstantSource time, RandomGenerator random, long nextOrdinal) {
        this.cache = cache;
        this.keyAge = keyAge;
        this.time = time;
        this.random = random;
        this.nextOrdinal = nextOrdinal;
    }

    long nextOrdinal() {
        return nextOrdinal;
    }

    /** Begins the next group. */
    void begin() {
        staged.clear();
        created.clear();
        if (journal.capacity() > USUAL_CAPACITY) {
            journal = new WriteBuffer(USUAL_CAPACITY);
        }
        Journal.beginGroup(journal);
        now = time.millis();
    }

    WriteBuffer journal() {
        return journal;
    }

    /** Returns the number of bytes of the group's records. */
    int length() {
        return journal.position() - Journal.GROUP_HEADER;
    }

    /** The result of {@link #create}. */
    enum Creation {
        CREATED,
        PRESENT,

        /** A task of that id may have come into the store after the look-up. */
        UNKNOWN
    }

    /**
     * Creates the task if there is none of its id.
     *
     * @param stamp the stamp of the id before the store was found to have no such task
     */
    Creation create(Task task, long stamp) {
        TaskId id = task.id();
        CachedTask present = created.containsKey(id) ? created.get(id) : cache.get(id);
        if (present != null && !stage(present).deleted) {
            return Creation.PRESENT;
        }
        if (cache.stamp(id) != stamp) {
            return Creation.UNKNOWN;
        }
        long ordinal = nextOrdinal++;
        String epoch = EventId.newEpoch(random);
        CachedTask added = CachedTask.created(ordinal, epoch, task);
        new JournalRecord.TaskCreated(ordinal, epoch, task).write(journal);
        created.put(id, added);
        stage(added).changed = true;
        return Creation.CREATED;
    }

    /** Deletes a pinned task; returns whether it still existed. */
    boolean delete(CachedTask pinned) {
        StagedTask task = stage(pinned);
        if (task.deleted) {
            return false;
        }
        new JournalRecord.TaskDeleted(pinned.ordinal()).write(journal);
        task.deleted = true;
        task.changed = true;
        return true;
    }

    /**
     * Appends to a pinned task.
     *
     * @param stored the store's answer for the batch's idempotency key, {@code null} if it has none
     */
    Appended append(CachedTask pinned, Batch batch, @Nullable KeyAnswer stored) {
        StagedTask task = stage(pinned);
        if (task.deleted) {
            throw new EventLogException.NoSuchTask(pinned.id());
        }
        String key = batch.idempotencyKey();
        KeyAnswer first = key == null ? null : answer(task, key, stored);
        if (first != null) {
            return first.repeat(batch, task.last);
        }
        task.check(batch);
        UploadChange change = batch.upload();
        if (change == null) {
            task.append(batch, now, null).write(journal);
            return new Appended(batch.events().size(), task.last);
        }
        Uploads.Step step = task.change(change, now);
        if (!(change instanceof UploadChange.Heard && batch.events().isEmpty())) {
            var changed = new UploadChanged(step, task.last.epoch());
            task.append(batch, now, changed).write(journal);
        }
        return new Appended(batch.events().size(), task.last, step.upload());
    }

    private @Nullable KeyAnswer answer(StagedTask task, String key, @Nullable KeyAnswer stored) {
        KeyAnswer newer = task.newKey(key);
        KeyAnswer answer = newer != null ? newer : stored;
        return answer != null && answer.timeMillis() >= now - keyAge.toMillis() ? answer : null;
    }

    private StagedTask stage(CachedTask task) {
        return staged.computeIfAbsent(task, StagedTask::new);
    }

    /** Returns the tasks that the group changes. */
    List<CachedTask> changed() {
        return staged.values().stream()
                .filter(task -> task.changed)
                .map(task -> task.cached)
                .toList();
    }

    /** Applies the committed group to the cache; returns the bytes of the heap that became dirty. */
    long apply() {
        long bytes = 0;
        for (CachedTask task : created.values()) {
            cache.add(task);
            bytes += task.applyCreation();
        }
        for (StagedTask task : staged.values()) {
            bytes += task.apply(now);
        }
        return bytes;
    }

    /** A task with the group's changes, which later requests of the group see, but no one else. */
    private static final class StagedTask {

        private final CachedTask cached;
        private final List<BatchAppended> batches = new ArrayList<>();
        private final Map<String, KeyAnswer> keys = new HashMap<>();
        private EventId last;
        private TaskStatus status;
        private boolean deleted;

        /** Null until the group changes an upload. */
        private @Nullable Uploads uploads;

        /** False if the group has refused all requests for the task. */
        private boolean changed;

        StagedTask(CachedTask cached) {
            LogState state = cached.state();
            this.cached = cached;
            this.last = state.last();
            this.status = state.task().status();
            this.deleted = cached.isDeleted();
        }

        @Nullable
        KeyAnswer newKey(String key) {
            KeyAnswer answer = keys.get(key);
            return answer == null ? cached.newKey(key) : answer;
        }

        void check(Batch batch) {
            if (status.isFinished() && !batch.events().isEmpty()) {
                throw new EventLogException.TaskFinished(cached.id());
            }
            if (batch.expectedLast() != null && !batch.expectedLast().equals(last)) {
                throw new EventLogException.UnexpectedLast(last);
            }
        }

        Uploads.Step change(UploadChange change, long timeMillis) {
            Uploads before = uploads == null ? cached.uploads() : uploads;
            Uploads.Step step = before.check(change, Instant.ofEpochMilli(timeMillis));
            if (status.isFinished() && !before.has(change.name())) {
                throw new EventLogException.TaskFinished(cached.id());
            }
            uploads = before.after(step);
            return step;
        }

        BatchAppended append(Batch batch, long timeMillis, @Nullable UploadChanged upload) {
            BatchAppended appended = BatchAppended.of(cached.ordinal(), last.sequence() + 1, timeMillis, batch, upload);
            batches.add(appended);
            changed = true;
            last = last.at(appended.last());
            if (appended.end() != null) {
                status = appended.end();
            }
            if (appended.key() != null) {
                keys.put(appended.key(), KeyAnswer.of(appended));
            }
            return appended;
        }

        long apply(long timeMillis) {
            long bytes = 0;
            for (BatchAppended batch : batches) {
                bytes += cached.apply(batch);
            }
            if (uploads != null) {
                cached.applyUploads(uploads, timeMillis);
            }
            if (deleted && changed) {
                bytes += cached.applyDeletion();
            } else if (!batches.isEmpty() || uploads != null) {
                cached.notifyAppended();
            }
            return bytes;
        }
    }
}
