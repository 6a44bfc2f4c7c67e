/** What the people who run Taskstream need: metrics, health, and a way to stop without losing anybody. */
@NullMarked
package io.taskstream.ops;

import org.jspecify.annotations.NullMarked;
