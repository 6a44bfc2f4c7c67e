package io.taskstream.eventlog;

import java.time.Instant;

/** An event as history shows it: its id, when it was appended, and its data, one JSON value in UTF-8. */
public final class StoredEvent {

    private final EventId id;
    private final Instant time;
    private final byte[] data;

    public StoredEvent(EventId id, Instant time, byte[] data) {
        this.id = id;
        this.time = time;
        this.data = data;
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
}
