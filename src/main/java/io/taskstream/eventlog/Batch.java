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
 * @param idempotencyKey if a batch with this key is in the log already, append nothing and answer as that one did; 1 to
 *     {@value #MAX_KEY} characters, {@code null} for none
 * @param traceparent the trace of the request that publishes them (W3C Trace Context), {@code null} for none
 */
public record Batch(
        List<EventData> events,
        @Nullable EventId expectedLast,
        @Nullable String idempotencyKey,
        @Nullable String traceparent) {

    /** The longest key, in characters. */
    public static final int MAX_KEY = 255;

    /**
     * @throws InvalidItemException if there is no event, or one follows the terminal event
     * @throws IllegalArgumentException if the key is too short or too long
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
        if (idempotencyKey != null && (idempotencyKey.isEmpty() || idempotencyKey.length() > MAX_KEY)) {
            throw new IllegalArgumentException("An idempotency key has 1 to " + MAX_KEY + " characters");
        }
    }

    /** A batch without a trace. */
    public Batch(List<EventData> events, @Nullable EventId expectedLast, @Nullable String idempotencyKey) {
        this(events, expectedLast, idempotencyKey, null);
    }

    /** A batch without an idempotency key and without a trace. */
    public Batch(List<EventData> events, @Nullable EventId expectedLast) {
        this(events, expectedLast, null, null);
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
