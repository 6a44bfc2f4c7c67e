/**
 * Health, refusals and the drain, for operators: the state of a server, and a stop that loses no viewer.
 *
 * <p>{@link io.taskstream.ops.Drain} runs on the thread of its caller, which it blocks for seconds; everything else is called by
 * threads of requests and does not block. May import {@code stream} and {@code eventlog}.
 */
@NullMarked
package io.taskstream.ops;

import org.jspecify.annotations.NullMarked;
