/**
 * The long-term store of the embedded engine: tasks, events and idempotency keys in one MVStore file. The checkpointer is
 * its only writer; any thread reads. May import the journal (its record types and codec), {@code eventlog} and
 * {@code task}, but not the engine.
 */
@NullMarked
package io.taskstream.eventlog.embedded.store;

import org.jspecify.annotations.NullMarked;
