package io.taskstream.eventlog.embedded;

import io.taskstream.eventlog.EventId;
import io.taskstream.eventlog.LogState;
import io.taskstream.task.Task;
import java.util.Map;

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

    private static final long TASK_BYTES = 160;
    private static final long EVENT_BYTES = 6;

    /** About how many bytes of the store's file hold it and its events. */
    long size() {
        long text = 2L * task.id().value().length()
                + (task.title() == null ? 0 : task.title().length());
        for (Map.Entry<String, String> label : task.labels().entrySet()) {
            text += label.getKey().length() + label.getValue().length();
        }
        return TASK_BYTES + text + bytes + EVENT_BYTES * (last - oldest + 1);
    }

    /** The same with other events kept. */
    StoredTask with(long newOldest, long newBytes) {
        return new StoredTask(ordinal, task, epoch, last, newOldest, newBytes);
    }

    /** The same in another epoch. */
    StoredTask in(String newEpoch) {
        return new StoredTask(ordinal, task, newEpoch, last, oldest, bytes);
    }

    LogState state() {
        return new LogState(task, new EventId(epoch, last), oldest);
    }
}
