package io.taskstream.eventlog;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** An event as history shows it: its id, when it was appended, its data, one JSON value in UTF-8, and its trace. */
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

    /** The caller leaves it as it is. */
    public byte[] data() {
        return data;
    }

    /** The trace of the request that published it; {@code null} if it had none. */
    public @Nullable String traceparent() {
        return traceparent;
    }
}
