package io.taskstream.http;

import io.taskstream.eventlog.LogState;
import io.taskstream.task.Task;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import jakarta.json.JsonValue;
import jakarta.json.spi.JsonProvider;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A task as clients see it. */
final class TaskJson {

    /** Looked up once: {@code Json}'s own methods search the class path on every call. */
    private static final JsonProvider JSON = JsonProvider.provider();

    private TaskJson() {}

    /** The task, how far its log reaches, and how many watch it here and elsewhere. What is not there is {@code null}. */
    static JsonObject of(LogState log, int viewers) {
        Task task = log.task();
        JsonObjectBuilder labels = JSON.createObjectBuilder();
        new TreeMap<>(task.labels()).forEach(labels::add);
        return JSON.createObjectBuilder()
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
        return value == null ? JsonValue.NULL : JSON.createValue(value.toString());
    }
}
