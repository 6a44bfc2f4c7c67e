/** Viewers and what is written to them: broadcasters, sinks, cursors, heartbeats. */
@NullMarked
package io.taskstream.stream;

import org.jspecify.annotations.NullMarked;
