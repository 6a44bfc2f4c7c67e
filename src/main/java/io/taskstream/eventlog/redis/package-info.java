/** The engine that keeps tasks in Redis, so that several servers share them. */
@NullMarked
package io.taskstream.eventlog.redis;

import org.jspecify.annotations.NullMarked;
