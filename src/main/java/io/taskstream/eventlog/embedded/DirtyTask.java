package io.taskstream.eventlog.embedded;

import java.util.Map;

/**
 * What the store does not have yet of a task, at one moment.
 *
 * @param live the task, which has the frames
 * @param task how the store is to have it; its bytes are those that it has
 * @param stored the sequence up to which the store has the events
 * @param keys the idempotency keys that it does not have
 * @param deleted whether the store is to forget it
 * @param version counts the changes to the task
 * @param cost how many bytes of the heap wait for this
 */
record DirtyTask(
        CachedTask live,
        StoredTask task,
        long stored,
        Map<String, KeyAnswer> keys,
        boolean deleted,
        long version,
        long cost) {}
