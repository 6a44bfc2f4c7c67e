package io.taskstream.eventlog.redis;

import io.taskstream.eventlog.EventId;
import io.taskstream.eventlog.LogState;
import io.taskstream.task.Task;
import io.taskstream.task.TaskId;
import io.taskstream.task.TaskStatus;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A task as the fields of a hash. */
final class TaskFields {

    private static final String LABEL = "label:";

    private TaskFields() {}

    /** The epoch, then the fields and values with which a task begins. */
    static byte[][] of(Task task, String epoch) {
        List<String> fields =
                new ArrayList<>(List.of(epoch, "created", task.created().toString()));
        String title = task.title();
        if (title != null) {
            fields.add("title");
            fields.add(title);
        }
        task.labels().forEach((key, value) -> {
            fields.add(LABEL + key);
            fields.add(value);
        });
        return Bytes.all(fields.toArray(String[]::new));
    }

    /** What {@code find.lua} answered: the numbers of events and viewers, then fields and values; empty without those. */
    static Optional<LogState> state(TaskId id, List<Object> answer) {
        List<?> pairs = (List<?>) answer.get(2);
        if (pairs.isEmpty()) {
            return Optional.empty();
        }
        Map<String, String> fields = new HashMap<>();
        Map<String, String> labels = new HashMap<>();
        for (int i = 0; i < pairs.size(); i += 2) {
            String field = Bytes.text(pairs.get(i));
            String value = Bytes.text(pairs.get(i + 1));
            if (field.startsWith(LABEL)) {
                labels.put(field.substring(LABEL.length()), value);
            } else {
                fields.put(field, value);
            }
        }
        EventId last = new EventId(required(fields, "epoch"), Long.parseLong(required(fields, "last")));
        long oldest = last.sequence() - (Long) answer.get(0) + 1;
        int viewers = Math.toIntExact((Long) answer.get(1));
        return Optional.of(new LogState(task(id, fields, labels), last, oldest, viewers));
    }

    private static Task task(TaskId id, Map<String, String> fields, Map<String, String> labels) {
        TaskStatus status = TaskStatus.ofWireName(required(fields, "status")).orElseThrow(() -> damaged("status"));
        return new Task(
                id,
                fields.get("title"),
                labels,
                Instant.parse(required(fields, "created")),
                status,
                status.isFinished() ? Instant.ofEpochMilli(Long.parseLong(required(fields, "finished"))) : null);
    }

    private static String required(Map<String, String> fields, String name) {
        @Nullable String value = fields.get(name);
        if (value == null) {
            throw damaged(name);
        }
        return value;
    }

    private static IllegalStateException damaged(String field) {
        return new IllegalStateException("A task in Redis has no proper " + field);
    }
}
