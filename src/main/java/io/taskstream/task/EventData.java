package io.taskstream.task;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** One JSON value that is to be, or is, an event of a task: its exact text, and whether it ends the task. Immutable. */
public final class EventData {

    /** What one takes in the heap beside its text: two objects with their heads, padding, and a place in a list. */
    private static final int OVERHEAD = 64;

    private final byte[] json;
    private final @Nullable TaskStatus end;

    EventData(String json, @Nullable TaskStatus end) {
        this.json = json.getBytes(StandardCharsets.UTF_8);
        this.end = end;
    }

    /** The JSON text in UTF-8; the caller leaves it as it is. */
    public byte[] json() {
        return json;
    }

    /** How many bytes it takes in the heap, roughly. */
    public long heapBytes() {
        return (long) json.length + OVERHEAD;
    }

    /** The status with which this event ends its task, or {@code null} if the task goes on. */
    public @Nullable TaskStatus end() {
        return end;
    }

    @Override
    public String toString() {
        return new String(json, StandardCharsets.UTF_8);
    }
}
