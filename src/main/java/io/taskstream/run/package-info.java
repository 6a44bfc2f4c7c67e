/**
 * The runner, {@code taskstream-run.jar}: runs a command and publishes its output by an upload.
 *
 * <p>One thread reads the command's output and writes it to the terminal and to the {@link io.taskstream.run.Spool}; it never
 * waits for the network. A second thread makes the requests of the {@link io.taskstream.run.Publisher}. A third watches the
 * task's stream for a request to cancel.
 *
 * <p>The package is a program of its own. It imports only Java.
 */
@NullMarked
package io.taskstream.run;

import org.jspecify.annotations.NullMarked;
