package io.taskstream.http;

import io.taskstream.eventlog.LogState;
import io.taskstream.task.Task;
import jakarta.json.Json;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import jakarta.json.JsonValue;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A task as clients see it. */
final class TaskJson {

    private TaskJson() {}

    /** The task, how far its log reaches, and how many watch it here and elsewhere. What is not there is {@code null}. */
    static JsonObject of(LogState log, int viewers) {
        Task task = log.task();
        JsonObjectBuilder labels = Json.createObjectBuilder();
        new TreeMap<>(task.labels()).forEach(labels::add);
        return Json.createObjectBuilder()
                .add("id", task.id().value())
                .add("title", orNull(task.title()))
                .add("status", task.status().wireName())
                .add("labels", labels)
                .add("created", task.created().toString())
                .add("finished", orNull(task.finished()))
                .add("lastEventId", log.last().sequence() == 0 ? JsonValue.NULL : orNull(log.last()))
                .add("events", log.events())
                .add("viewers", viewers + log.viewersElsewhere())
                .build();
    }

    static JsonValue orNull(@Nullable Object value) {
        return value == null ? JsonValue.NULL : Json.createValue(value.toString());
    }
}
