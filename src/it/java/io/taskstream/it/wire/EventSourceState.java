package io.taskstream.it.wire;

import io.taskstream.it.wire.EventStreamParser.Event;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** What an EventSource keeps from one connection to the next. It also detects missing and repeated events. */
final class EventSourceState {

    private final ByteArrayOutputStream line = new ByteArrayOutputStream(128);
    private final EventStreamParser parser = new EventStreamParser();
    private volatile long last;
    private int resets;
    private volatile String problem = "";

    /** Begins a new connection; an incomplete event is discarded. */
    void connect() {
        line.reset();
        parser.reconnect();
    }

    void accept(byte b) {
        if (b != '\n') {
            line.write(b);
            return;
        }
        Event event = parser.take(line.toString(StandardCharsets.UTF_8));
        line.reset();
        if (event != null) {
            accept(event);
        }
    }

    private void accept(Event event) {
        if (event.data().startsWith("{\"reason\":\"reset\"")) {
            resets++;
            last = 0;
            parser.forgetLastEventId();
        } else if (!event.isMessage()) {
            problem = event.toString();
        } else {
            if (event.sequence() != last + 1) {
                problem = event.id() + " came after " + last;
            }
            last = event.sequence();
        }
    }

    String lastEventId() {
        return parser.lastEventId();
    }

    /** The sequence of the last event; 0 before the first. */
    long last() {
        return last;
    }

    long retryMillis() {
        return parser.retryMillis();
    }

    /** How often the log was reset. */
    int resets() {
        return resets;
    }

    /** The last violation of what must hold; empty if there is none. */
    String problem() {
        return problem;
    }
}
