package io.taskstream.eventlog.embedded;

import io.taskstream.eventlog.EventId;
import io.taskstream.eventlog.LogState;
import io.taskstream.task.Task;

/**
 * A task as the store keeps it.
 *
 * @param ordinal counts up with every task that is created, and is never used again
 * @param epoch of its log
 * @param last the sequence of its last event
 * @param oldest the sequence of the oldest that is kept
 * @param bytes how many bytes of frames of it are in the store
 */
record StoredTask(long ordinal, Task task, String epoch, long last, long oldest, long bytes) {

    LogState state() {
        return new LogState(task, new EventId(epoch, last), oldest);
    }
}
