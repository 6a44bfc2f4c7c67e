/**
 * The engine that keeps all events on the local disk. The commit thread ({@code Committer}) makes changes durable in the
 * journal; the checkpoint thread ({@code Checkpointer}) brings them into the store, applies retention and compacts. Request
 * threads read the cache; the executor reads the store. May import its journal and store packages, {@code eventlog},
 * {@code task} and {@code metrics}.
 */
@NullMarked
package io.taskstream.eventlog.embedded;

import org.jspecify.annotations.NullMarked;
