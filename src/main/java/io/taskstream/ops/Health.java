package io.taskstream.ops;

import io.taskstream.eventlog.EventLog;
import io.taskstream.stream.Heartbeats;
import java.time.Duration;
import java.util.List;

/** Whether the application is as it should be, asked in three ways as MicroProfile Health does. Thread-safe. */
public final class Health {

    /** Sweeps run twice a second; so long without one means that the server's scheduler is stuck. */
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
     * One answer.
     *
     * @param name what was looked at
     * @param detail what is wrong, in words for people; empty if nothing is
     */
    public record Check(String name, String detail) {

        /** Whether all is well. */
        public boolean isUp() {
            return detail.isEmpty();
        }
    }

    /** If this is down, only a restart helps: nothing visits idle viewers any more, or nothing can be kept. */
    public List<Check> live() {
        Duration silence = heartbeats.sinceLastSweep();
        String detail = silence.compareTo(STUCK) < 0
                ? ""
                : "No heartbeats were sent for " + silence.toSeconds() + " s: the server's scheduler is stuck";
        String lost = log.failure().orElse("");
        // A server that drains goes anyway, and one that has drained visits nobody: neither is to be restarted for it.
        return drain.state() == Drain.State.SERVING
                ? List.of(new Check("heartbeats", detail), new Check("engine", lost))
                : List.of(new Check("heartbeats", ""), new Check("engine", ""));
    }

    /** If this is down, nobody new is to be sent here. */
    public List<Check> ready() {
        String leaving = drain.state() == Drain.State.SERVING ? "" : "The server is going to stop";
        return List.of(new Check("log", log.trouble().orElse("")), new Check("viewers", leaving));
    }

    /** Up from the beginning: there is no application before all of its parts are built. */
    public List<Check> started() {
        return List.of(new Check("taskstream", ""));
    }
}
