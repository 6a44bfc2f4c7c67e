/**
 * The engine for several servers: tasks in Redis, through Lettuce. The stream of each task is the truth; pub/sub messages
 * only trigger reads.
 *
 * <p>Threads: callers, some of which block for replies ({@code create}, {@code find}, {@code list}, {@code delete}, {@code
 * history}); Lettuce's event loops, which must never block or do long work; the executor, which uses replies, completes
 * stages and notifies watchers; and the scheduler for periodic jobs. Imports {@code eventlog} and {@code task}.
 */
@NullMarked
package io.taskstream.eventlog.redis;

import org.jspecify.annotations.NullMarked;
