package io.taskstream.it.wire;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads an event stream line by line as browsers do (HTML Living Standard, section 9.2.6). It keeps what an EventSource
 * keeps from one connection to the next: the last event id and the reconnection time.
 */
public final class EventStreamParser {

    private String lastEventId = "";
    private long retryMillis = 3_000;

    // Of the event that has begun.
    private String id = "";
    private String type = "";
    private @Nullable StringBuilder data;

    /**
     * An event as a script would get it.
     *
     * @param type {@code message} unless the stream names it
     */
    public record Event(String id, String type, String data) {

        /** Whether the stream does not name it, as every event of a task's log. */
        public boolean isMessage() {
            return type.equals("message");
        }

        /** The number in its id. */
        public long sequence() {
            return Long.parseLong(id.substring(id.indexOf('-') + 1));
        }

        /** The epoch in its id. */
        String epoch() {
            return id.substring(0, id.indexOf('-'));
        }
    }

    /** All complete events of a body, in which CR, LF and CRLF all end a line. */
    public static List<Event> parse(String body) {
        var parser = new EventStreamParser();
        List<Event> events = new ArrayList<>();
        for (String line : body.split("\r\n|\n|\r", -1)) {
            Event event = parser.take(line);
            if (event != null) {
                events.add(event);
            }
        }
        return events;
    }

    /** Takes a line without its end. Returns the event that the line completes, {@code null} if it completes none. */
    public @Nullable Event take(String line) {
        if (line.isEmpty()) {
            return dispatch();
        }
        int colon = line.indexOf(':');
        String field = colon < 0 ? line : line.substring(0, colon);
        String value = colon < 0 ? "" : line.substring(colon + 1);
        take(field, value.startsWith(" ") ? value.substring(1) : value);
        return null;
    }

    private void take(String field, String value) {
        switch (field) {
            case "id" -> id = value;
            case "event" -> type = value;
            case "retry" -> retryMillis = Long.parseLong(value);
            case "data" ->
                data = data == null
                        ? new StringBuilder(value)
                        : data.append('\n').append(value);
            default -> {
                // A comment, or a field that browsers ignore.
            }
        }
    }

    private @Nullable Event dispatch() {
        lastEventId = id;
        Event event = data == null ? null : new Event(id, type.isEmpty() ? "message" : type, data.toString());
        data = null;
        type = "";
        return event;
    }

    /** Begins a new connection: an incomplete event is discarded. */
    public void reconnect() {
        id = lastEventId;
        data = null;
        type = "";
    }

    /** The id of the last complete event; empty before the first. */
    public String lastEventId() {
        return lastEventId;
    }

    /** Forgets the last event id, after a reset of the log. */
    void forgetLastEventId() {
        id = "";
        lastEventId = "";
    }

    /** The reconnection time. */
    long retryMillis() {
        return retryMillis;
    }
}
