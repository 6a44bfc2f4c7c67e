/**
 * The common classes of resources, filters and the readers of bodies: the caller of a request, answers in JSON, problems.
 *
 * <p>Runs on the threads of requests, and on the executor that writes an answer after a body has arrived. May import {@code
 * access}, {@code eventlog} and {@code task}, but none of its sub-packages. Those import this package;
 * {@code resource} imports {@code body}, too.
 */
@NullMarked
package io.taskstream.http;

import org.jspecify.annotations.NullMarked;
