package io.taskstream.ops;

import io.taskstream.eventlog.EventLog;
import io.taskstream.stream.Heartbeats;
import java.time.Duration;
import java.util.List;

/** Liveness, readiness and start of the application, as MicroProfile Health defines them. Thread-safe. */
public final class Health {

    /** Sweeps run twice a second; after so long without one the server's scheduler is stuck. */
    private static final Duration STUCK = Duration.ofSeconds(30);

    private final Heartbeats heartbeats;
    private final EventLog log;
    private final Drain drain;

    public Health(Heartbeats heartbeats, EventLog log, Drain drain) {
        this.heartbeats = heartbeats;
        this.log = log;
        this.drain = drain;
    }

    /**
     * The result of a check.
     *
     * @param name what was checked
     * @param detail what is wrong, for people; empty if nothing is
     */
    public record Check(String name, String detail) {

        /** Tells whether nothing is wrong. */
        public boolean isUp() {
            return detail.isEmpty();
        }
    }

    /** Returns the liveness. If it is down, only a restart helps: no heartbeats are sent, or no events can be stored. */
    public List<Check> live() {
        Duration silence = heartbeats.sinceLastSweep();
        String detail = silence.compareTo(STUCK) < 0
                ? ""
                : "No heartbeats were sent for " + silence.toSeconds() + " s: the server's scheduler is stuck";
        String lost = log.failure().orElse("");
        // A draining server stops anyway, and a drained one sends no heartbeats: neither needs a restart.
        return drain.state() == Drain.State.SERVING
                ? List.of(new Check("heartbeats", detail), new Check("engine", lost))
                : List.of(new Check("heartbeats", ""), new Check("engine", ""));
    }

    /** Returns the readiness. If it is down, a proxy should send no new requests to this server. */
    public List<Check> ready() {
        String leaving = drain.state() == Drain.State.SERVING ? "" : "The server is about to stop";
        return List.of(new Check("log", log.trouble().orElse("")), new Check("viewers", leaving));
    }

    /** Returns the start, which is always up: there is no application before all its objects are built. */
    public List<Check> started() {
        return List.of(new Check("taskstream", ""));
    }
}
