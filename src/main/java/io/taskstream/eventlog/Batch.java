package io.taskstream.eventlog;

import io.taskstream.task.EventData;
import io.taskstream.task.InvalidItemException;
import io.taskstream.task.TaskStatus;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Events that are appended together or not at all.
 *
 * @param events at least one; only the last may end the task
 * @param expectedLast append only if this is the last event of the log; {@code null} for any
 */
public record Batch(List<EventData> events, @Nullable EventId expectedLast) {

    /**
     * @throws InvalidItemException if there is no event, or one follows the terminal event
     */
    public Batch {
        events = List.copyOf(events);
        if (events.isEmpty()) {
            throw new InvalidItemException("A batch holds at least one event");
        }
        for (EventData event : events.subList(0, events.size() - 1)) {
            if (event.end() != null) {
                throw new InvalidItemException("Nothing may follow done in a batch");
            }
        }
    }

    /** A batch that may be appended to whatever the log holds. */
    public static Batch of(List<EventData> events) {
        return new Batch(events, null);
    }

    /** The status in which the task is left, {@code null} if it goes on. */
    public @Nullable TaskStatus end() {
        return events.get(events.size() - 1).end();
    }
}
