/** What a task is, and the items that its stream carries. */
@NullMarked
package io.taskstream.task;

import org.jspecify.annotations.NullMarked;
