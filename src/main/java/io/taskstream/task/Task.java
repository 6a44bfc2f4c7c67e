package io.taskstream.task;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A long-running task, as it is now. What it has said is in its log.
 *
 * @param id its name
 * @param title what people call it, at most {@value #MAX_TITLE} characters; may be absent
 * @param labels what it can be found by, at most {@value #MAX_LABELS}
 * @param created when it was made
 * @param status where it is in its life
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
    private static final int MAX_LABEL_CHARACTERS = 256;

    /**
     * @throws InvalidTaskException if the title or the labels are too long
     * @throws IllegalArgumentException if status and finished don't belong together
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

    /** A task that begins now. */
    public static Task open(TaskId id, @Nullable String title, Map<String, String> labels, Instant created) {
        return new Task(id, title, labels, created, TaskStatus.OPEN, null);
    }

    /** This task after its terminal event. */
    public Task finish(TaskStatus end, Instant at) {
        return new Task(id, title, labels, created, end, at);
    }

    /** Whether the task has that label; the value must be equal. */
    public boolean hasLabel(String key, String value) {
        return Optional.ofNullable(labels.get(key)).filter(value::equals).isPresent();
    }
}
