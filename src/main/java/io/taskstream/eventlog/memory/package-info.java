/** The engine that keeps the recent events of each task in the heap, and nothing else. */
@NullMarked
package io.taskstream.eventlog.memory;

import org.jspecify.annotations.NullMarked;
