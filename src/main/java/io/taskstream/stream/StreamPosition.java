package io.taskstream.stream;

import io.taskstream.eventlog.EventId;
import io.taskstream.eventlog.LogState;
import io.taskstream.task.InvalidTaskException;
import io.taskstream.task.TaskId;
import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The position of a viewer in several tasks: {@code a:9c41e7d2-17,b:5c02d1ae-3}, and with a label first the times of
 * {@link Since}: {@code @1732877000000.1732876000000,…}. With {@value #MAX_TASKS} tasks it has at most 5,800 characters, which
 * fit into a request's header.
 *
 * @param tasks the last event of each task that the viewer has
 * @param since {@code null} unless tasks are found by a label
 * @param isKnown whether it is a position; of other text nothing is known, as of an unknown event id
 */
public record StreamPosition(
        Map<TaskId, EventId> tasks, @Nullable Since since, boolean isKnown) {

    /** The most tasks that one stream follows at a time. */
    public static final int MAX_TASKS = 32;

    /** The position of a viewer that has seen nothing. */
    public static final StreamPosition NONE = new StreamPosition(Map.of(), null, true);

    private static final StreamPosition UNKNOWN = new StreamPosition(Map.of(), null, false);
    private static final Pattern SINCE = Pattern.compile("@(\\d{1,15})\\.(\\d{1,15})(,|$)");

    /**
     * What is known of the tasks that the position does not name.
     *
     * @param created all tasks that were created before are named, or the viewer has all of them
     * @param begun when the viewer came first: it does not want tasks that had finished by then
     */
    public record Since(Instant created, Instant begun) {

        @Override
        public String toString() {
            return "@" + created.toEpochMilli() + '.' + begun.toEpochMilli();
        }
    }

    /** Parses a last event id. */
    public static StreamPosition parse(String text) {
        Map<TaskId, EventId> tasks = new LinkedHashMap<>();
        Matcher times = SINCE.matcher(text);
        boolean hasTimes = times.lookingAt();
        Since since = hasTimes ? new Since(instant(times.group(1)), instant(times.group(2))) : null;
        if (hasTimes && times.group(3).isEmpty()) {
            return new StreamPosition(tasks, since, true);
        }
        for (String part : text.substring(hasTimes ? times.end() : 0).split(",", MAX_TASKS + 1)) {
            int colon = part.indexOf(':');
            EventId id = EventId.parse(part.substring(colon + 1)).orElse(null);
            if (colon < 0 || id == null || tasks.size() == MAX_TASKS) {
                return UNKNOWN;
            }
            try {
                tasks.put(new TaskId(part.substring(0, colon)), id);
            } catch (InvalidTaskException e) {
                return UNKNOWN;
            }
        }
        return new StreamPosition(tasks, since, true);
    }

    private static Instant instant(String millis) {
        return Instant.ofEpochMilli(Long.parseLong(millis));
    }

    /**
     * Returns where the task begins.
     *
     * @param otherwise returns where a task begins of which the position does not tell
     */
    public StartPosition start(LogState log, Function<LogState, StartPosition> otherwise) {
        EventId id = tasks.get(log.task().id());
        if (id == null && isKnown) {
            return otherwise.apply(log);
        }
        return StartPosition.afterLastEventId(id == null ? "" : id.toString(), log);
    }

    /** Returns the position in these tasks only. */
    public StreamPosition in(Collection<TaskId> named) {
        Map<TaskId, EventId> some = new LinkedHashMap<>(tasks);
        some.keySet().retainAll(named);
        return new StreamPosition(some, since, isKnown);
    }

    @Override
    public String toString() {
        return Stream.concat(
                        Stream.ofNullable(since).map(Since::toString),
                        tasks.entrySet().stream().map(each -> each.getKey() + ":" + each.getValue()))
                .collect(Collectors.joining(","));
    }
}
