package io.taskstream.task;

import io.taskstream.client.TaskStatus;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** The data of one event: the exact text of a JSON value, and whether it ends the task. Immutable. */
public final class EventData {

    /** What an event takes in the heap beside its text: two objects with their headers, padding, and a list's element. */
    private static final int OVERHEAD = 64;

    private final byte[] json;
    private final @Nullable TaskStatus end;

    EventData(String json, @Nullable TaskStatus end) {
        this.json = json.getBytes(StandardCharsets.UTF_8);
        this.end = end;
    }

    /** Returns the JSON text in UTF-8. The array is shared, and must not be changed. */
    public byte[] json() {
        return json;
    }

    /** Returns roughly how many bytes the event takes in the heap. */
    public long heapBytes() {
        return (long) json.length + OVERHEAD;
    }

    /** Returns the status in which the event ends its task, or {@code null} if the task goes on. */
    public @Nullable TaskStatus end() {
        return end;
    }

    @Override
    public String toString() {
        return new String(json, StandardCharsets.UTF_8);
    }
}
