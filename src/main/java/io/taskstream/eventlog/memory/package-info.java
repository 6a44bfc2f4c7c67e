/**
 * The engine that keeps the recent events of each task in the heap only. It has no threads; every call completes on the
 * caller's. May import {@code eventlog}, {@code task} and {@code metrics}.
 */
@NullMarked
package io.taskstream.eventlog.memory;

import org.jspecify.annotations.NullMarked;
