/** Who may publish and who may watch, until when, and how much. */
@NullMarked
package io.taskstream.access;

import org.jspecify.annotations.NullMarked;
