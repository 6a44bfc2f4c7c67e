/**
 * Tasks, and the events that publishers send: what each may hold, and how it is read from JSON.
 *
 * <p>Everything here is immutable or used by one thread; nothing blocks. {@link io.taskstream.task.EventReader} runs on the
 * thread that has read a request.
 *
 * <p>Imports only Java, JSON Processing and JSON Binding.
 */
@NullMarked
package io.taskstream.task;

import org.jspecify.annotations.NullMarked;
