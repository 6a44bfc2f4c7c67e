package io.taskstream.it.wire;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads a body as browsers do (HTML Living Standard, section 9.2.6), where CR, LF and CRLF all end a line. */
public final class EventStreamParser {

    private final List<Event> events = new ArrayList<>();
    private String lastEventId = "";
    private String type = "";
    private @Nullable StringBuilder data;

    private EventStreamParser() {}

    /**
     * An event as a script would get it.
     *
     * @param type {@code message} unless the stream names it
     */
    public record Event(String id, String type, String data) {}

    /** All events of the body that have ended. */
    public static List<Event> parse(String body) {
        var parser = new EventStreamParser();
        for (String line : body.split("\r\n|\n|\r", -1)) {
            parser.take(line);
        }
        return parser.events;
    }

    private void take(String line) {
        if (line.isEmpty()) {
            dispatch();
            return;
        }
        int colon = line.indexOf(':');
        String field = colon < 0 ? line : line.substring(0, colon);
        String value = colon < 0 ? "" : line.substring(colon + 1);
        take(field, value.startsWith(" ") ? value.substring(1) : value);
    }

    private void take(String field, String value) {
        switch (field) {
            case "id" -> lastEventId = value;
            case "event" -> type = value;
            case "data" ->
                data = data == null
                        ? new StringBuilder(value)
                        : data.append('\n').append(value);
            default -> {
                // A comment, a retry, or nothing that a browser knows.
            }
        }
    }

    private void dispatch() {
        if (data != null) {
            events.add(new Event(lastEventId, type.isEmpty() ? "message" : type, data.toString()));
        }
        data = null;
        type = "";
    }
}
