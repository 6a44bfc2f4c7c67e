package io.taskstream.client;

/** The names on the wire that Jakarta REST does not define. */
public final class Names {

    /** A header of a JSON post, 1 to 255 characters: a repeat with the same key appends nothing. */
    public static final String IDEMPOTENCY_KEY = "Idempotency-Key";

    /** A header of an upload: the bytes that are in the log. */
    public static final String UPLOAD_OFFSET = "Upload-Offset";

    /** A header of an upload: {@link #YES} if no byte follows, else {@link #NO}. */
    public static final String UPLOAD_COMPLETE = "Upload-Complete";

    /** A header of an upload: the seconds that its producer may be silent. */
    public static final String UPLOAD_INTERVAL = "Upload-Interval";

    /** A header of a text: the id of the first event that it is made of; with {@code Last-Event-ID} for the last one. */
    public static final String FIRST_EVENT_ID = "First-Event-ID";

    /** A header of a text: how many of the events that were asked for are no longer kept. */
    public static final String MISSING_EVENTS = "Missing-Events";

    /** True, as a header has it (RFC 8941, section 3.3.6). */
    public static final String YES = "?1";

    /** False, as a header has it (RFC 8941, section 3.3.6). */
    public static final String NO = "?0";

    /** The media type of an upload's bytes. */
    public static final String PARTIAL_UPLOAD = "application/partial-upload";

    /** The media type of events, one a line. */
    public static final String JSON_LINES = "application/x-ndjson";

    /** The type of the problem with which an append to an upload is refused whose offset is another. */
    public static final String MISMATCHING_OFFSET =
            "https://iana.org/assignments/http-problem-types#mismatching-upload-offset";

    /** The type of the problem with which an append to a complete upload is refused. */
    public static final String COMPLETED_UPLOAD = "https://iana.org/assignments/http-problem-types#completed-upload";

    /** The name of an event without an id: the viewer was too slow, and the log no longer has some events. */
    public static final String LAG = "lag";

    /** The name of an event without an id: some of the events that were asked for are no longer kept. */
    public static final String GAP = "gap";

    /** The name of an event without an id: a producer is lost, or is back. */
    public static final String PRODUCER = "producer";

    /** The name of an event without an id, sent to those who ask for heartbeats as events. */
    public static final String HEARTBEAT = "heartbeat";

    private Names() {}
}
