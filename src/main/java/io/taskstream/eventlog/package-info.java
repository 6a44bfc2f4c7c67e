/** A task is a log: the interface that every engine keeps, and the bytes in which events are kept. */
@NullMarked
package io.taskstream.eventlog;

import org.jspecify.annotations.NullMarked;
