package io.taskstream.testing;

import io.taskstream.eventlog.Chunk;
import io.taskstream.eventlog.EventLog;
import io.taskstream.task.TaskId;
import java.nio.charset.StandardCharsets;

/** Reads logs as viewers do. */
public final class LogReader {

    private LogReader() {}

    /** Returns all frames after the sequence, read in several reads, each of which must continue where the one before ended. */
    public static String frames(EventLog log, TaskId id, long after, int maxBytes) {
        var frames = new StringBuilder();
        long reached = after;
        Chunk chunk = Stages.join(log.read(id, reached, maxBytes));
        while (!chunk.isEmpty()) {
            if (reached != after && chunk.first().sequence() != reached + 1) {
                throw new AssertionError("After " + reached + " came " + chunk.first());
            }
            frames.append(text(chunk));
            reached = chunk.last();
            chunk = Stages.join(log.read(id, reached, maxBytes));
        }
        return frames.toString();
    }

    public static String text(Chunk chunk) {
        return new String(chunk.bytes(), chunk.offset(), chunk.length(), StandardCharsets.UTF_8);
    }
}
