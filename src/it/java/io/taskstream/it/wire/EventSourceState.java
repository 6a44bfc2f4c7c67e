package io.taskstream.it.wire;

import io.taskstream.it.wire.EventStreamParser.Event;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/** What an EventSource keeps from one connection to the next. It also detects missing and repeated events. */
final class EventSourceState {

    private final ByteArrayOutputStream line = new ByteArrayOutputStream(128);
    private final EventStreamParser parser = new EventStreamParser();
    private final Consumer<Event> taker;
    private volatile long last;
    private int resets;
    private volatile String problem = "";

    /**
     * @param taker gets each event of the log
     */
    EventSourceState(Consumer<Event> taker) {
        this.taker = taker;
    }

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
        } else if (event.type().equals("producer")) {
            // It tells whether the producer is there, and has no place in the log.
            return;
        } else if (!event.isMessage()) {
            problem = event.toString();
        } else {
            if (event.sequence() != last + 1) {
                problem = event.id() + " came after " + last;
            }
            taker.accept(event);
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
