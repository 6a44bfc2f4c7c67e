/** Puts the parts together, and is the only reader of configuration. */
@NullMarked
package io.taskstream.app;

import org.jspecify.annotations.NullMarked;
