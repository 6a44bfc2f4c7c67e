package io.taskstream.task;

import io.taskstream.client.TaskStatus;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A long-running task, without its events.
 *
 * @param title a name for people, at most {@value #MAX_TITLE} characters; {@code null} for none
 * @param labels keys and values by which tasks are listed, at most {@value #MAX_LABELS}
 * @param finished when it ended; {@code null} exactly while it is open
 */
public record Task(
        TaskId id,
        @Nullable String title,
        Map<String, String> labels,
        Instant created,
        TaskStatus status,
        @Nullable Instant finished) {

    private static final int MAX_TITLE = 1_000;
    private static final int MAX_LABELS = 64;

    /** The most characters of the key or the value of a label. */
    public static final int MAX_LABEL_CHARACTERS = 256;

    /**
     * @throws InvalidTaskException if the title or the labels are too long
     * @throws IllegalArgumentException if the task is finished without a time, or has one while it is open
     */
    public Task {
        if (title != null && title.length() > MAX_TITLE) {
            throw new InvalidTaskException("title", "A title has at most " + MAX_TITLE + " characters");
        }
        if (labels.size() > MAX_LABELS) {
            throw new InvalidTaskException("labels", "A task has at most " + MAX_LABELS + " labels");
        }
        labels = Map.copyOf(labels);
        labels.forEach(Task::checkLabel);
        if (status.isFinished() != (finished != null)) {
            throw new IllegalArgumentException("A task has an end exactly when it is finished");
        }
    }

    private static void checkLabel(String key, String value) {
        if (key.isEmpty() || key.indexOf(':') >= 0 || key.length() > MAX_LABEL_CHARACTERS) {
            throw new InvalidTaskException(
                    "labels", "A label's key has 1 to " + MAX_LABEL_CHARACTERS + " characters and no colon");
        }
        if (value.length() > MAX_LABEL_CHARACTERS) {
            throw new InvalidTaskException(
                    "labels", "A label's value has at most " + MAX_LABEL_CHARACTERS + " characters");
        }
    }

    /** Returns a new task, which is open. */
    public static Task open(TaskId id, @Nullable String title, Map<String, String> labels, Instant created) {
        return new Task(id, title, labels, created, TaskStatus.OPEN, null);
    }

    /** Returns this task after its terminal event. */
    public Task finish(TaskStatus end, Instant at) {
        return new Task(id, title, labels, created, end, at);
    }

    /** Whether the task has a label of that key with that value. */
    public boolean hasLabel(String key, String value) {
        return value.equals(labels.get(key));
    }
}
