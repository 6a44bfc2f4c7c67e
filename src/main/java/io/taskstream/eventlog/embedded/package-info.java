/**
 * The engine that keeps all events on the disk: a journal makes them durable at once, and an MVStore takes them from
 * there in the background and keeps them for long.
 */
@NullMarked
package io.taskstream.eventlog.embedded;

import org.jspecify.annotations.NullMarked;
