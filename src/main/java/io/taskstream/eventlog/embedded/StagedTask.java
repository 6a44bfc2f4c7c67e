package io.taskstream.eventlog.embedded;

import io.taskstream.eventlog.Batch;
import io.taskstream.eventlog.EventId;
import io.taskstream.eventlog.EventLogException;
import io.taskstream.eventlog.LogState;
import io.taskstream.task.TaskStatus;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What one group is about to do to a task: it sees what the group did before, and nobody else sees any of it. */
final class StagedTask {

    private final CachedTask live;
    private final List<JournalRecord.BatchAppended> added = new ArrayList<>();
    private final Map<String, KeyAnswer> keys = new HashMap<>();
    private EventId last;
    private TaskStatus status;
    private boolean deleted;
    private boolean changed;

    StagedTask(CachedTask live) {
        LogState state = live.state();
        this.live = live;
        this.last = state.last();
        this.status = state.task().status();
        this.deleted = live.isDeleted();
    }

    /** One that the group creates. */
    static StagedTask created(CachedTask live) {
        var created = new StagedTask(live);
        created.changed = true;
        return created;
    }

    CachedTask live() {
        return live;
    }

    /** Whether the group changes it: it may also have refused all that it was to do. */
    boolean isChanged() {
        return changed;
    }

    EventId last() {
        return last;
    }

    boolean isDeleted() {
        return deleted;
    }

    void delete() {
        deleted = true;
        changed = true;
    }

    @Nullable
    KeyAnswer key(String key) {
        KeyAnswer staged = keys.get(key);
        return staged == null ? live.newKey(key) : staged;
    }

    /** Refuses the batch if it can't be appended. */
    void check(Batch batch) {
        if (status.isFinished()) {
            throw new EventLogException.TaskFinished(live.id());
        }
        if (batch.expectedLast() != null && !batch.expectedLast().equals(last)) {
            throw new EventLogException.UnexpectedLast(last);
        }
    }

    JournalRecord.BatchAppended add(Batch batch, long timeMillis) {
        JournalRecord.BatchAppended change = JournalRecord.BatchAppended.of(live.ordinal(), last.sequence() + 1, timeMillis, batch);
        added.add(change);
        changed = true;
        last = last.at(change.last());
        if (change.end() != null) {
            status = change.end();
        }
        if (change.key() != null) {
            keys.put(change.key(), KeyAnswer.of(change));
        }
        return change;
    }

    /** Shows all of it. Answers how many bytes of the heap wait for the store to have it. */
    long publish() {
        long bytes = 0;
        for (JournalRecord.BatchAppended change : added) {
            bytes += live.publish(change);
        }
        if (deleted) {
            bytes += live.publishDeletion();
        } else if (!added.isEmpty()) {
            live.notifyAppended();
        }
        return bytes;
    }
}
