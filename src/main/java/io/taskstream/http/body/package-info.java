/**
 * The bodies of requests, read without blocking a thread: JSON, lines that are published as they arrive, and the unread rest.
 *
 * <p>Read listeners run on the container's threads for connections, which must not block. They pass parsing, appending and
 * answers on to the executor. {@link io.taskstream.http.body.PeriodicChecks} run on the scheduler's thread. May import {@code
 * http}, {@code access}, {@code stream}, {@code eventlog} and {@code task}.
 */
@NullMarked
package io.taskstream.http.body;

import org.jspecify.annotations.NullMarked;
