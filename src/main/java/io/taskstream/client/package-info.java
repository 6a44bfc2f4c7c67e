/**
 * For Java programs that publish to Taskstream or watch it: the items of a stream, the names on the wire, and an output
 * stream into a task. The server uses the same types.
 *
 * <p>It needs Jakarta JSON Binding and, for {@link io.taskstream.client.TaskOutput}, the Jakarta RESTful Web Services
 * client; nothing of a server. It starts no thread.
 */
@NullMarked
package io.taskstream.client;

import org.jspecify.annotations.NullMarked;
