package io.taskstream.it.wire;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/**
 * What an EventSource keeps from one connection to the next: its last event id and its reconnection time (HTML Living
 * Standard, section 9.2). It also notes if an event is missing or comes twice.
 */
final class EventSourceState {

    private final ByteArrayOutputStream line = new ByteArrayOutputStream(128);
    private String lastEventId = "";
    private long retryMillis = 3_000;
    private int resets;
    private String problem = "";

    /** A new connection begins; what was left of a line is void. */
    void connect() {
        line.reset();
    }

    void accept(byte b) {
        if (b != '\n') {
            line.write(b);
            return;
        }
        acceptLine(line.toString(StandardCharsets.UTF_8));
        line.reset();
    }

    private void acceptLine(String field) {
        if (field.startsWith("retry: ")) {
            retryMillis = Long.parseLong(field.substring(7));
        } else if (field.startsWith("id: ")) {
            acceptId(field.substring(4));
        } else if (field.startsWith("data: {\"reason\":\"reset\"")) {
            resets++;
            lastEventId = "";
        } else if (field.equals("event: lag") || field.startsWith("data: {\"reason\":")) {
            problem = field;
        }
    }

    private void acceptId(String id) {
        if (sequence(id) != last() + 1) {
            problem = id + " came after " + (lastEventId.isEmpty() ? "nothing" : lastEventId);
        }
        lastEventId = id;
    }

    private static long sequence(String id) {
        return id.isEmpty() ? 0 : Long.parseLong(id.substring(id.indexOf('-') + 1));
    }

    String lastEventId() {
        return lastEventId;
    }

    /** The sequence of the last event; 0 before the first. */
    long last() {
        return sequence(lastEventId);
    }

    long retryMillis() {
        return retryMillis;
    }

    /** How often the log was found to be another one. */
    int resets() {
        return resets;
    }

    /** What was not as it must be; empty if all was. */
    String problem() {
        return problem;
    }
}
