package io.taskstream.access;

import io.taskstream.task.TaskId;
import jakarta.json.JsonArray;
import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import java.util.ArrayList;
import java.util.List;

/**
 * The permissions of a caller.
 *
 * @param publish the tasks that the caller may create, publish to, cancel and delete
 * @param watch the tasks that the caller may watch
 * @param admin whether the caller may end sessions, and cancel and delete any task; does not include watching or publishing
 */
public record Permissions(List<TaskPattern> publish, List<TaskPattern> watch, boolean admin) {

    private static final int MAX_PATTERNS = 1_000;
    private static final List<TaskPattern> EVERY_TASK = List.of(new TaskPattern("*"));

    public static final Permissions ALL = new Permissions(EVERY_TASK, EVERY_TASK, true);

    public static final Permissions NONE = new Permissions(List.of(), List.of(), false);

    public Permissions {
        publish = List.copyOf(publish);
        watch = List.copyOf(watch);
    }

    /** Returns the permission to watch one task. */
    public static Permissions toWatch(TaskId task) {
        return toWatch(List.of(task));
    }

    /** Returns the permission to watch these tasks. */
    static Permissions toWatch(List<TaskId> tasks) {
        return new Permissions(
                List.of(),
                tasks.stream().map(task -> new TaskPattern(task.value())).toList(),
                false);
    }

    /**
     * Reads the claim {@code {"publish":[patterns],"watch":[patterns],"admin":bool}}, in which each member is optional.
     *
     * @throws RefusedException if the claim has another form
     */
    public static Permissions of(JsonObject claim) {
        JsonValue admin = claim.getOrDefault("admin", JsonValue.FALSE);
        if (admin != JsonValue.TRUE && admin != JsonValue.FALSE) {
            throw new RefusedException("The member 'admin' of the permissions is not true or false");
        }
        return new Permissions(patterns(claim, "publish"), patterns(claim, "watch"), admin == JsonValue.TRUE);
    }

    private static List<TaskPattern> patterns(JsonObject claim, String member) {
        JsonValue value = claim.getOrDefault(member, JsonValue.EMPTY_JSON_ARRAY);
        if (!(value instanceof JsonArray array) || array.size() > MAX_PATTERNS) {
            throw new RefusedException("The member '" + member + "' of the permissions is not a list of patterns");
        }
        List<TaskPattern> patterns = new ArrayList<>();
        for (JsonValue pattern : array) {
            if (!(pattern instanceof JsonString string)) {
                throw new RefusedException("The member '" + member + "' of the permissions is not a list of patterns");
            }
            patterns.add(new TaskPattern(string.getString()));
        }
        return patterns;
    }

    /** Whether there is any task id that the caller may publish to. */
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
