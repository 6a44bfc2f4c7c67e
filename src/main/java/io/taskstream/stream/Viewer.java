package io.taskstream.stream;

import jakarta.ws.rs.sse.SseEventSink;

/** A registered sink and what its broadcaster needs to serve it. */
sealed interface Viewer extends Heartbeats.Idle, Departure permits ResponseViewer, ForeignViewer {

    SseEventSink sink();

    /** Is served, and visited while it is idle, from now on. */
    void join(Heartbeats heartbeats);

    /** Looks whether there is something to write; never blocks. */
    void wake();

    /** Whether the server has sent it away. */
    boolean isDrained();

    /** Is not served any more. The sink is left as it is. */
    void leave();

    /** Is not served any more, and the sink is closed. */
    void end();
}
