package io.taskstream.stream;

import io.taskstream.eventlog.EventId;
import io.taskstream.eventlog.LogState;

/**
 * Where a viewer begins.
 *
 * @param after the event behind which it begins
 * @param isKnown whether that is a place in the log; if not, the viewer is told of the reset and gets all that is kept
 */
public record StreamStart(EventId after, boolean isKnown) {

    private static final EventId NO_EVENT = new EventId("0", 0);

    /** A place in no log. */
    static final StreamStart NOWHERE = new StreamStart(NO_EVENT, false);

    /** Behind the event that the viewer saw last; text that is no event id counts as another log's. */
    public static StreamStart afterLastEventId(String lastEventId, LogState log) {
        EventId id = EventId.parse(lastEventId).orElse(NO_EVENT);
        boolean isKnown = id.epoch().equals(log.last().epoch())
                && id.sequence() <= log.last().sequence();
        return new StreamStart(id, isKnown);
    }

    /** With the first event of the log. */
    public static StreamStart earliest(LogState log) {
        return new StreamStart(log.last().at(0), true);
    }

    /** With the next event that is appended. */
    public static StreamStart latest(LogState log) {
        return new StreamStart(log.last(), true);
    }

    /** With the event of that sequence, even if it is yet to come. */
    public static StreamStart at(long sequence, LogState log) {
        return new StreamStart(log.last().at(sequence - 1), true);
    }

    /** With the last {@code count} events. */
    public static StreamStart last(long count, LogState log) {
        return new StreamStart(log.last().at(Math.max(0, log.last().sequence() - count)), true);
    }

    /** Whether the viewer has everything, and nothing will follow. */
    public boolean isPastEndOf(LogState log) {
        return isKnown
                && log.task().status().isFinished()
                && after.sequence() >= log.last().sequence();
    }
}
