/**
 * A task is a log: the interface of the engines, their common parts, and the bytes of events. {@code ManagedEventLog} is what
 * the application uses. Runs on the callers' threads and on those of an engine. May import {@code task} and
 * {@code metrics}.
 */
@NullMarked
package io.taskstream.eventlog;

import org.jspecify.annotations.NullMarked;
