package io.taskstream.eventlog.embedded;

import io.taskstream.eventlog.embedded.CachedTask.DirtyTask;
import java.util.List;

/**
 * The changes that bring the store up to date with the journal up to a commit group.
 *
 * @param number of that group
 * @param nextOrdinal the ordinal of the next task that is created
 */
record Checkpoint(long number, long nextOrdinal, List<DirtyTask> dirtyTasks) {}
