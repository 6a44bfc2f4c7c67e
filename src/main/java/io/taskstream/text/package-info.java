/**
 * The text of a task: read from its log, freed from control sequences, encoded, and searched. Nothing here blocks or starts a
 * thread. Each object belongs to one request, and one thread uses it at a time.
 */
@NullMarked
package io.taskstream.text;

import org.jspecify.annotations.NullMarked;
