package io.taskstream.testing;

import io.taskstream.eventlog.Batch;
import io.taskstream.task.EventReader;
import io.taskstream.task.Task;
import io.taskstream.task.TaskId;
import jakarta.json.bind.JsonbBuilder;
import java.time.Instant;
import java.util.Arrays;
import java.util.Map;

/** Short ways to make tasks and batches of events. */
public final class Samples {

    public static final String DONE = "{\"type\":\"done\"}";
    public static final Instant NOON = Instant.parse("2026-11-24T12:00:00Z");
    public static final EventReader READER = new EventReader(JsonbBuilder.create());

    private Samples() {}

    /** One batch of these events. */
    public static Batch batch(String... json) {
        return Batch.of(Arrays.stream(json).map(READER::read).toList());
    }

    public static Task task(String id) {
        return Task.open(new TaskId(id), null, Map.of(), NOON);
    }
}
