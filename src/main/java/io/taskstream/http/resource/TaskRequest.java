package io.taskstream.http.resource;

import io.taskstream.task.InvalidTaskException;
import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A client's description of a task that it creates. Unknown members are ignored.
 *
 * @param id the requested id, {@code null} for a generated one
 * @param title may be absent
 * @param labels empty if there are none
 */
record TaskRequest(@Nullable String id, @Nullable String title, Map<String, String> labels) {

    /**
     * @throws InvalidTaskException if a member is of the wrong type
     */
    static TaskRequest of(JsonObject json) {
        return new TaskRequest(string(json, "id"), string(json, "title"), labels(json));
    }

    private static @Nullable String string(JsonObject json, String member) {
        JsonValue value = json.getOrDefault(member, JsonValue.NULL);
        if (value == JsonValue.NULL) {
            return null;
        }
        if (value instanceof JsonString string) {
            return string.getString();
        }
        throw new InvalidTaskException(member, "The member '" + member + "' must be a string");
    }

    private static Map<String, String> labels(JsonObject json) {
        JsonValue value = json.getOrDefault("labels", JsonValue.EMPTY_JSON_OBJECT);
        if (!(value instanceof JsonObject object)) {
            throw new InvalidTaskException("labels", "The member 'labels' must be an object of strings");
        }
        Map<String, String> labels = new TreeMap<>();
        object.forEach((key, label) -> {
            if (!(label instanceof JsonString string)) {
                throw new InvalidTaskException("labels", "The label '" + key + "' must be a string");
            }
            labels.put(key, string.getString());
        });
        return labels;
    }
}
