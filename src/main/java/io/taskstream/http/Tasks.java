package io.taskstream.http;

import io.taskstream.eventlog.EventLog;
import io.taskstream.eventlog.EventLogException;
import io.taskstream.eventlog.LogState;
import io.taskstream.task.InvalidTaskException;
import io.taskstream.task.TaskId;

/** Finds the task that a path names. */
final class Tasks {

    private Tasks() {}

    /**
     * The id in a path of a task that must be there; one that no task can have is not there either.
     */
    static TaskId id(String path) {
        try {
            return new TaskId(path);
        } catch (InvalidTaskException e) {
            throw Problem.of(404, "There is no such task").asException();
        }
    }

    /** The task's log; 404 if there is no such task. */
    static LogState find(EventLog log, TaskId id) {
        return log.find(id).orElseThrow(() -> new EventLogException.NoSuchTask(id));
    }
}
