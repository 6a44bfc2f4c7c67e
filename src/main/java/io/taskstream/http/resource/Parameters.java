package io.taskstream.http.resource;

import io.taskstream.client.TaskStatus;
import io.taskstream.eventlog.EventId;
import io.taskstream.eventlog.EventLog;
import io.taskstream.eventlog.EventLogException;
import io.taskstream.eventlog.LogState;
import io.taskstream.http.Problem;
import io.taskstream.task.Task;
import io.taskstream.task.TaskId;
import jakarta.ws.rs.WebApplicationException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Reads the parameters of paths and queries. A wrong query parameter is answered 400, and the answer names it. */
final class Parameters {

    static final int DEFAULT_LIMIT = 100;
    static final int MAX_LIMIT = 1_000;

    /** A value of a label that no task has, because it is too long. */
    private static final String IMPOSSIBLE = "x".repeat(Task.MAX_LABEL_CHARACTERS + 1);

    private Parameters() {}

    /** Returns the task's state; 404 if there is no such task. */
    static LogState task(EventLog log, TaskId id) {
        return log.find(id).orElseThrow(() -> new EventLogException.NoSuchTask(id));
    }

    /** Parses the number of elements of a page: 1 to {@value #MAX_LIMIT}, {@value #DEFAULT_LIMIT} unless given. */
    static int limit(@Nullable String text) {
        return text == null ? DEFAULT_LIMIT : (int) number("limit", text, 1, MAX_LIMIT);
    }

    static long number(String name, String text, long min, long max) {
        try {
            long number = Long.parseLong(text);
            if (number >= min && number <= max) {
                return number;
            }
        } catch (NumberFormatException e) {
            // Reported below.
        }
        throw wrong(name, "must be a whole number from " + min + " to " + max);
    }

    static boolean flag(String name, @Nullable String text) {
        if (text == null || text.equals("false")) {
            return false;
        }
        if (text.equals("true")) {
            return true;
        }
        throw wrong(name, "must be true or false");
    }

    static @Nullable TaskStatus status(@Nullable String text) {
        return text == null
                ? null
                : TaskStatus.ofWireName(text)
                        .orElseThrow(() -> wrong("status", "must be open, completed, failed or cancelled"));
    }

    /** Parses labels of the form {@code key:value}. No task has two values of one key, and so none has all such labels. */
    static Map<String, String> labels(List<String> texts) {
        Map<String, String> labels = new TreeMap<>();
        for (String text : texts) {
            int colon = text.indexOf(':');
            if (colon < 1) {
                throw wrong("label", "must be key:value");
            }
            String value = text.substring(colon + 1);
            labels.merge(text.substring(0, colon), value, (one, other) -> one.equals(other) ? one : IMPOSSIBLE);
        }
        return labels;
    }

    /** Returns the sequence after which history begins: 0 without a parameter, and for an id of another epoch. */
    static long after(@Nullable String text, LogState log) {
        if (text == null) {
            return 0;
        }
        EventId id = EventId.parse(text).orElseThrow(() -> wrong("after", "must be an event id"));
        return id.epoch().equals(log.last().epoch()) ? id.sequence() : 0;
    }

    /**
     * Returns the sequence of the first event of a text: that of an event id, or what the stream begins with. It may not be kept
     * any more. Of an id of another epoch nothing is known, and the text begins with its first event.
     */
    static long from(@Nullable String text, LogState log) {
        return EventId.parse(text == null ? "" : text)
                .map(id -> id.epoch().equals(log.last().epoch()) ? id.sequence() : 1)
                .orElseGet(() -> StreamResource.start(null, text, log).after().sequence() + 1);
    }

    /** Returns whether the parameter has the first value and not the second, which it has unless given. */
    static boolean choice(String name, @Nullable String text, String value, String usual) {
        if (text == null || text.equals(usual)) {
            return false;
        }
        if (text.equals(value)) {
            return true;
        }
        throw wrong(name, "must be " + value + " or " + usual);
    }

    static WebApplicationException wrong(String name, String what) {
        return Problem.of(400, "The parameter '" + name + "' " + what).asException();
    }
}
