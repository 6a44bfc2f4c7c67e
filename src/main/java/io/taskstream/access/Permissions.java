package io.taskstream.access;

import io.taskstream.task.TaskId;
import jakarta.json.JsonArray;
import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import java.util.ArrayList;
import java.util.List;

/**
 * What somebody may do.
 *
 * @param publish the tasks that they may make, publish to, cancel and delete
 * @param watch the tasks that they may look at
 * @param admin whether they may end sessions and delete and cancel any task; it is no right to watch or to publish
 */
public record Permissions(List<TaskPattern> publish, List<TaskPattern> watch, boolean admin) {

    private static final int MOST_PATTERNS = 1_000;
    private static final List<TaskPattern> EVERY_TASK = List.of(new TaskPattern("*"));

    /** Everything. */
    public static final Permissions ALL = new Permissions(EVERY_TASK, EVERY_TASK, true);

    /** Nothing. */
    public static final Permissions NONE = new Permissions(List.of(), List.of(), false);

    public Permissions {
        publish = List.copyOf(publish);
        watch = List.copyOf(watch);
    }

    /** To watch one task and no more. */
    public static Permissions toWatch(TaskId task) {
        return new Permissions(List.of(), List.of(new TaskPattern(task.value())), false);
    }

    /**
     * The rights that a claim states: {@code {"publish":[patterns],"watch":[patterns],"admin":bool}}, of which each may
     * be missing.
     *
     * @throws RefusedException if it is anything else
     */
    public static Permissions of(JsonObject claim) {
        JsonValue admin = claim.getOrDefault("admin", JsonValue.FALSE);
        if (admin != JsonValue.TRUE && admin != JsonValue.FALSE) {
            throw new RefusedException("The member 'admin' of the rights is not true or false");
        }
        return new Permissions(patterns(claim, "publish"), patterns(claim, "watch"), admin == JsonValue.TRUE);
    }

    private static List<TaskPattern> patterns(JsonObject claim, String member) {
        JsonValue value = claim.getOrDefault(member, JsonValue.EMPTY_JSON_ARRAY);
        if (!(value instanceof JsonArray array) || array.size() > MOST_PATTERNS) {
            throw new RefusedException("The member '" + member + "' of the rights is not a list of patterns");
        }
        List<TaskPattern> patterns = new ArrayList<>();
        for (JsonValue pattern : array) {
            if (!(pattern instanceof JsonString string)) {
                throw new RefusedException("The member '" + member + "' of the rights is not a list of patterns");
            }
            patterns.add(new TaskPattern(string.getString()));
        }
        return patterns;
    }

    /** Whether there may be any task at all that it may publish to. */
    public boolean mayPublishAny() {
        return !publish.isEmpty();
    }

    public boolean mayPublish(TaskId task) {
        return publish.stream().anyMatch(pattern -> pattern.matches(task));
    }

    public boolean mayWatch(TaskId task) {
        return watch.stream().anyMatch(pattern -> pattern.matches(task));
    }
}
