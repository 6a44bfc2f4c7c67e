/**
 * Viewers and what is written to them: broadcasters, cursors, sinks and heartbeats.
 *
 * <p>A viewer is a cursor in its task's log. {@link io.taskstream.stream.TaskStreams} holds a
 * {@link io.taskstream.stream.TaskBroadcaster} for each task that has viewers; after an append its pass wakes every viewer,
 * and a {@link io.taskstream.stream.ResponseEventSink} writes what its cursor reads from the log.
 *
 * <p>Threads: publishers and engines only signal an append. Fan-out passes run on the threads of
 * {@link io.taskstream.stream.FanOut}; timers on the one thread that runs a sweep of
 * {@link io.taskstream.stream.Heartbeats}; the container's threads register viewers and call back when a connection takes
 * bytes. Any of them may write to a sink, one at a time. None may block here, since it serves other viewers.
 *
 * <p>Imports only {@code task}, {@code eventlog}, Servlet and JAX-RS.
 */
@NullMarked
package io.taskstream.stream;

import org.jspecify.annotations.NullMarked;
