package io.taskstream.eventlog.embedded;

import io.taskstream.eventlog.Appended;
import io.taskstream.eventlog.Batch;
import io.taskstream.eventlog.EventLogException;
import io.taskstream.task.Task;
import io.taskstream.task.TaskId;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.h2.mvstore.WriteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The group of changes that is being put together: what it does to tasks, and its bytes for the journal. Belongs to the
 * committing thread, which uses it for one group after the other. It never reads the store: whoever orders something has
 * looked up there what it needs.
 */
final class CommitGroup {

    private static final int USUAL_CAPACITY = 1 << 20;

    private final TaskCache live;
    private final Duration keyAge;
    private final InstantSource time;
    private final RandomGenerator random;

    private final Map<CachedTask, StagedTask> touched = new LinkedHashMap<>();
    private final Map<TaskId, CachedTask> created = new HashMap<>();
    private WriteBuffer journal = new WriteBuffer(USUAL_CAPACITY);
    private long nextOrdinal;
    private long now;

    CommitGroup(TaskCache live, Duration keyAge, InstantSource time, RandomGenerator random) {
        this.live = live;
        this.keyAge = keyAge;
        this.time = time;
        this.random = random;
    }

    /** The ordinal of the next task that is created. */
    long nextOrdinal() {
        return nextOrdinal;
    }

    void ordinalsFrom(long ordinal) {
        nextOrdinal = Math.max(nextOrdinal, ordinal);
    }

    /** Begins the next group. */
    void begin() {
        touched.clear();
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

    /** How many bytes the group has in the journal. */
    int length() {
        return journal.position() - Journal.GROUP_HEAD;
    }

    /** What came of the creation of a task. */
    enum Creation {
        CREATED,
        PRESENT,

        /** A task of that id may be in the store since it was looked for. */
        UNKNOWN
    }

    /**
     * Creates the task if there is none of its id.
     *
     * @param stamp that of the id before it was looked for in the store, where none was
     */
    Creation create(Task task, long stamp) {
        TaskId id = task.id();
        CachedTask present = created.containsKey(id) ? created.get(id) : live.get(id);
        if (present != null && !staged(present).isDeleted()) {
            return Creation.PRESENT;
        }
        if (live.stamp(id) != stamp) {
            return Creation.UNKNOWN;
        }
        long ordinal = nextOrdinal++;
        String epoch = Epochs.next(random);
        CachedTask added = CachedTask.created(ordinal, epoch, task);
        new JournalRecord.TaskCreated(ordinal, epoch, task).write(journal);
        created.put(id, added);
        touched.put(added, StagedTask.created(added));
        return Creation.CREATED;
    }

    /** Deletes a task that is pinned. Answers whether it was still there. */
    boolean delete(CachedTask pinned) {
        StagedTask task = staged(pinned);
        if (task.isDeleted()) {
            return false;
        }
        new JournalRecord.TaskDeleted(pinned.ordinal()).write(journal);
        task.delete();
        return true;
    }

    /**
     * Appends to a task that is pinned.
     *
     * @param stored what the store has of the batch's idempotency key, {@code null} if nothing
     */
    Appended append(CachedTask pinned, Batch batch, @Nullable KeyAnswer stored) {
        StagedTask task = staged(pinned);
        if (task.isDeleted()) {
            throw new EventLogException.NoSuchTask(pinned.id());
        }
        String key = batch.idempotencyKey();
        KeyAnswer first = key == null ? null : answer(task, key, stored);
        if (first != null) {
            return first.repeat(batch, task.last());
        }
        task.check(batch);
        task.add(batch, now).write(journal);
        return new Appended(batch.events().size(), task.last());
    }

    private @Nullable KeyAnswer answer(StagedTask task, String key, @Nullable KeyAnswer stored) {
        KeyAnswer staged = task.key(key);
        KeyAnswer answer = staged != null ? staged : stored;
        return answer != null && answer.timeMillis() >= now - keyAge.toMillis() ? answer : null;
    }

    private StagedTask staged(CachedTask task) {
        return touched.computeIfAbsent(task, StagedTask::new);
    }

    /** The tasks that the group changes. */
    List<CachedTask> changed() {
        return touched.values().stream()
                .filter(StagedTask::isChanged)
                .map(StagedTask::live)
                .toList();
    }

    /** Shows what the group did. Answers how many bytes of the heap wait for the store to have that. */
    long publish() {
        long bytes = 0;
        for (CachedTask task : created.values()) {
            live.add(task);
            bytes += task.publishCreation();
        }
        for (StagedTask task : touched.values()) {
            bytes += task.publish();
        }
        return bytes;
    }
}
