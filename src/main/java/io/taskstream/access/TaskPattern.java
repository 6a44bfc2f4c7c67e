package io.taskstream.access;

import io.taskstream.task.TaskId;
import java.util.regex.Pattern;

/**
 * A pattern that matches one task, or all tasks whose ids have a prefix.
 *
 * @param text an id, or a prefix, possibly empty, with a {@code *} at its end
 */
public record TaskPattern(String text) {

    private static final Pattern FORM = Pattern.compile("[A-Za-z0-9._~-]{0,128}\\*|[A-Za-z0-9._~-]{1,128}");

    /**
     * @throws RefusedException if the text has another form: an invalid pattern grants nothing
     */
    public TaskPattern {
        if (!FORM.matcher(text).matches()) {
            throw new RefusedException("A pattern of tasks is an id, or a prefix and a * at its end");
        }
    }

    /** Whether the pattern covers the task. */
    public boolean matches(TaskId task) {
        return text.endsWith("*")
                ? task.value().startsWith(text.substring(0, text.length() - 1))
                : task.value().equals(text);
    }
}
