/**
 * Quotas and rate limits: concurrent viewers, events a second, open tasks, and bytes that are being received.
 *
 * <p>Called on the threads of requests; no call blocks, except where {@link io.taskstream.access.limit.OpenTasks} asks the
 * log for a task. Imports {@code access} and {@code task}.
 */
@NullMarked
package io.taskstream.access.limit;

import org.jspecify.annotations.NullMarked;
