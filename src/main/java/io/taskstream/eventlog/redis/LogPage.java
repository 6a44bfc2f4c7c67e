package io.taskstream.eventlog.redis;

import io.taskstream.eventlog.Chunk;
import io.taskstream.eventlog.EventId;
import io.taskstream.eventlog.Frames;
import io.taskstream.eventlog.StoredEvent;
import java.io.ByteArrayOutputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Consecutive events of a log, from one read.
 *
 * @param last the last event of the log at the time of the read
 * @param isFinished whether {@code last} ends the log
 * @param events the events that were read; may end before {@code last}
 * @param timeBefore when the event before them was appended; {@code null} if unknown
 * @param uploadChanges how often uploads were changed without events
 */
record LogPage(
        EventId last,
        boolean isFinished,
        List<StoredEvent> events,
        @Nullable Instant timeBefore,
        long uploadChanges) {

    /** The index of the trace in an entry of the stream, if it has one. */
    private static final int TRACE = 5;

    /** Decodes a reply of {@code read.lua}; empty if there is no task. Takes time in proportion to the events. */
    static Optional<LogPage> of(List<Object> reply) {
        if (reply.isEmpty()) {
            return Optional.empty();
        }
        EventId last = new EventId(Script.text(reply.get(0)), Script.number(reply.get(1)));
        List<StoredEvent> events = new ArrayList<>();
        for (Object entry : (List<?>) reply.get(3)) {
            events.add(event(last, (List<?>) entry));
        }
        String time = Script.text(reply.get(4));
        return Optional.of(new LogPage(
                last,
                !Script.text(reply.get(2)).equals("open"),
                events,
                time.isEmpty() ? null : Instant.ofEpochMilli(Long.parseLong(time)),
                Script.number(reply.get(5))));
    }

    private static StoredEvent event(EventId log, List<?> entry) {
        String streamId = Script.text(entry.get(0));
        long sequence = Long.parseLong(streamId.substring(0, streamId.indexOf('-')));
        List<?> fields = (List<?>) entry.get(1);
        return new StoredEvent(
                log.at(sequence),
                Instant.ofEpochMilli(Script.number(fields.get(1))),
                (byte[]) fields.get(3),
                fields.size() > TRACE ? Script.text(fields.get(TRACE)) : null);
    }

    /** Whether the log has events after those that were read. */
    boolean hasMore() {
        return !events.isEmpty() && events.get(events.size() - 1).id().sequence() < last.sequence();
    }

    /**
     * Returns frames up to the number of bytes, but at least one if there is any.
     *
     * @param after the sequence after which was read
     */
    Chunk chunk(long after, int maxBytes) {
        if (events.isEmpty()) {
            return Chunk.empty(last.at(after + 1), isFinished && after >= last.sequence());
        }
        var frames = new ByteArrayOutputStream();
        long reached = after;
        for (StoredEvent event : events) {
            byte[] frame = Frames.encode(event.id(), event.data());
            if (frames.size() > 0 && frames.size() + frame.length > maxBytes) {
                break;
            }
            frames.writeBytes(frame);
            reached = event.id().sequence();
        }
        byte[] bytes = frames.toByteArray();
        return new Chunk(events.get(0).id(), reached, bytes, 0, bytes.length, isFinished && reached == last.sequence());
    }
}
