package io.taskstream.eventlog;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** An event of a log: its id, the time of its append, its data (one JSON value in UTF-8), and its trace. */
public final class StoredEvent {

    private final EventId id;
    private final Instant time;
    private final byte[] data;
    private final @Nullable String traceparent;

    public StoredEvent(EventId id, Instant time, byte[] data) {
        this(id, time, data, null);
    }

    public StoredEvent(EventId id, Instant time, byte[] data, @Nullable String traceparent) {
        this.id = id;
        this.time = time;
        this.data = data;
        this.traceparent = traceparent;
    }

    public EventId id() {
        return id;
    }

    public Instant time() {
        return time;
    }

    /** Returns the array itself, which must not be changed. */
    public byte[] data() {
        return data;
    }

    /** Returns the trace of the publishing request, {@code null} if it had none. */
    public @Nullable String traceparent() {
        return traceparent;
    }
}
