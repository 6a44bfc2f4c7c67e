/**
 * The write-ahead journal of the embedded engine: segment files of commit groups, which make changes durable before they
 * are acknowledged. The commit thread writes it; a start reads it on the opening thread; the checkpointer deletes segments.
 * May import {@code eventlog}, {@code task} and {@code metrics}, but neither the store nor the engine.
 */
@NullMarked
package io.taskstream.eventlog.embedded.journal;

import org.jspecify.annotations.NullMarked;
