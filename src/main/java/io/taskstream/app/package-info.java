/**
 * The composition of the application. {@link io.taskstream.app.Taskstream} starts and stops it, {@link
 * io.taskstream.app.ApplicationGraph} builds its objects, {@link io.taskstream.app.Settings} are the only readers of
 * configuration.
 *
 * <p>Runs on the thread that deploys or undeploys the application, and nowhere else. May import every package; no package may
 * import it.
 */
@NullMarked
package io.taskstream.app;

import org.jspecify.annotations.NullMarked;
