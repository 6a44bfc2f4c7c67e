package io.taskstream.stream;

import io.taskstream.eventlog.EventId;
import io.taskstream.eventlog.LogState;

/**
 * Where a viewer's stream starts.
 *
 * @param after the event after which it starts
 * @param isKnown whether the log has, or will have, that event; if not, the viewer gets a gap event and then all that is
 *     kept
 */
public record StartPosition(EventId after, boolean isKnown) {

    private static final EventId NO_EVENT = new EventId("0", 0);

    /** A position in no log. */
    public static final StartPosition UNKNOWN = new StartPosition(NO_EVENT, false);

    /** Starts after the event that the viewer saw last. Text that is no event id counts as an event of another log. */
    public static StartPosition afterLastEventId(String lastEventId, LogState log) {
        EventId id = EventId.parse(lastEventId).orElse(NO_EVENT);
        boolean isKnown = id.epoch().equals(log.last().epoch())
                && id.sequence() <= log.last().sequence();
        return new StartPosition(id, isKnown);
    }

    /** Starts with the first event of the log. */
    public static StartPosition earliest(LogState log) {
        return after(0, log);
    }

    /** Starts with the next event that is appended. */
    public static StartPosition latest(LogState log) {
        return after(log.last().sequence(), log);
    }

    /** Starts with the event of that sequence, even if it is not appended yet. */
    public static StartPosition at(long sequence, LogState log) {
        return after(sequence - 1, log);
    }

    /** Starts with the last {@code count} events. */
    public static StartPosition last(long count, LogState log) {
        return after(Math.max(0, log.last().sequence() - count), log);
    }

    private static StartPosition after(long sequence, LogState log) {
        return new StartPosition(log.last().at(sequence), true);
    }

    /** Whether the viewer has every event, and no other will follow. */
    public boolean isPastEndOf(LogState log) {
        return isKnown
                && log.task().status().isFinished()
                && after.sequence() >= log.last().sequence();
    }
}
