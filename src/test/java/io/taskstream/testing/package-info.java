/** Fakes that are driven by hand. */
package io.taskstream.testing;
