package io.taskstream.eventlog.embedded;

import io.taskstream.eventlog.Appended;
import io.taskstream.eventlog.Batch;
import io.taskstream.eventlog.EventLogException;
import io.taskstream.task.Task;
import io.taskstream.task.TaskId;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.h2.mvstore.WriteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The group of changes that is being put together: what it does to tasks, and its bytes for the journal. Belongs to the
 * committing thread, which uses it for one group after the other.
 */
final class Staging {

    private static final int USUAL_CAPACITY = 1 << 20;

    private final LiveTasks live;
    private final StoreFile store;
    private final Duration keyAge;
    private final InstantSource time;
    private final RandomGenerator random;

    private final Map<LiveTask, StagedTask> touched = new LinkedHashMap<>();
    private final Map<TaskId, LiveTask> created = new HashMap<>();
    private WriteBuffer journal = new WriteBuffer(USUAL_CAPACITY);
    private long nextOrdinal;
    private long now;

    Staging(LiveTasks live, StoreFile store, Duration keyAge, InstantSource time, RandomGenerator random) {
        this.live = live;
        this.store = store;
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

    boolean create(Task task) {
        StagedTask present = find(task.id());
        if (present != null && !present.isDeleted()) {
            return false;
        }
        long ordinal = nextOrdinal++;
        String epoch = Epochs.next(random);
        LiveTask added = LiveTask.created(ordinal, epoch, task);
        new Change.Created(ordinal, epoch, task).write(journal);
        created.put(task.id(), added);
        touched.put(added, new StagedTask(added));
        return true;
    }

    boolean delete(TaskId id) {
        StagedTask task = find(id);
        return task != null && delete(task);
    }

    /** Deletes the task if it is still that of the ordinal. */
    boolean delete(TaskId id, long ordinal) {
        StagedTask task = find(id);
        return task != null && task.live().ordinal() == ordinal && delete(task);
    }

    private boolean delete(StagedTask task) {
        if (task.isDeleted()) {
            return false;
        }
        new Change.Deleted(task.live().ordinal()).write(journal);
        task.delete();
        return true;
    }

    Appended append(TaskId id, Batch batch) {
        StagedTask task = find(id);
        if (task == null || task.isDeleted()) {
            throw new EventLogException.NoSuchTask(id);
        }
        String key = batch.idempotencyKey();
        KeyAnswer first = key == null ? null : answer(task, key);
        if (first != null) {
            return first.repeat(batch, task.last());
        }
        task.check(batch);
        task.add(batch, now).write(journal);
        return new Appended(batch.events().size(), task.last());
    }

    private @Nullable KeyAnswer answer(StagedTask task, String key) {
        KeyAnswer staged = task.key(key);
        KeyAnswer answer = staged != null
                ? staged
                : store.read(open -> open.keys().find(task.live().ordinal(), key));
        return answer != null && answer.timeMillis() >= now - keyAge.toMillis() ? answer : null;
    }

    private @Nullable StagedTask find(TaskId id) {
        LiveTask createdHere = created.get(id);
        LiveTask task = createdHere == null ? live.load(id) : createdHere;
        return task == null ? null : touched.computeIfAbsent(task, StagedTask::new);
    }

    /** The tasks that the group may change. */
    Collection<LiveTask> touched() {
        return touched.keySet();
    }

    /** Shows what the group did. Answers how many bytes of the heap wait for the store to have that. */
    long publish() {
        long bytes = 0;
        for (LiveTask task : created.values()) {
            live.add(task);
            bytes += task.publishCreation();
        }
        for (StagedTask task : touched.values()) {
            bytes += task.publish();
        }
        return bytes;
    }
}
