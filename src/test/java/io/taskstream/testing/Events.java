package io.taskstream.testing;

import io.taskstream.eventlog.Batch;
import io.taskstream.task.EventData;
import io.taskstream.task.EventReader;
import jakarta.json.bind.JsonbBuilder;
import java.util.List;
import java.util.stream.Stream;

/** Makes events of JSON text. */
public final class Events {

    private static final EventReader READER = new EventReader(JsonbBuilder.create());

    public static final String DONE = "{\"type\":\"done\"}";

    private Events() {}

    public static List<EventData> of(String... json) {
        return Stream.of(json).map(READER::read).toList();
    }

    public static Batch batch(String... json) {
        return Batch.of(of(json));
    }
}
