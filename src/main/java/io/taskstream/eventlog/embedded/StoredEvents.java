package io.taskstream.eventlog.embedded;

import io.taskstream.eventlog.Chunk;
import io.taskstream.eventlog.EventId;
import io.taskstream.eventlog.StoredEvent;
import java.util.Arrays;
import java.util.List;
import org.h2.mvstore.Cursor;
import org.h2.mvstore.MVMap;
import org.jspecify.annotations.Nullable;

/** The events in the store: by task and first sequence, {@linkplain EventBlock groups} of them. */
final class StoredEvents {

    private final MVMap<CompositeKey, byte[]> groups;

    StoredEvents(MVMap<CompositeKey, byte[]> groups) {
        this.groups = groups;
    }

    void put(long ordinal, long first, byte[] group) {
        groups.put(new CompositeKey(ordinal, first), group);
    }

    /** The group that holds the event, or the next one behind it; {@code null} if there is none. */
    private @Nullable EventBlock group(long ordinal, long sequence) {
        EventBlock group = read(ordinal, groups.floorKey(new CompositeKey(ordinal, sequence)));
        return group != null && group.last() >= sequence
                ? group
                : read(ordinal, groups.higherKey(new CompositeKey(ordinal, sequence)));
    }

    private @Nullable EventBlock read(long ordinal, @Nullable CompositeKey key) {
        if (key == null || key.prefix() != ordinal) {
            return null;
        }
        byte[] value = groups.get(key);
        return value == null ? null : EventBlock.read(key.suffix(), value);
    }

    /**
     * The frames from that sequence on, as many as fit, but at least one, joined; {@code null} if there are none.
     *
     * @param end the sequence of the log's last event if it is finished, otherwise -1
     */
    @Nullable
    Chunk chunk(long ordinal, EventId from, int maxBytes, long end) {
        EventBlock stored = group(ordinal, from.sequence());
        if (stored == null) {
            return null;
        }
        EventBlock group = stored.in(from.epoch());
        long first = Math.max(from.sequence(), group.first());
        long last = Math.max(first, group.lastWithin(first, maxBytes));
        int start = group.start(first);
        int length = group.end(last) - start;
        if (last < group.last() || length * 2 > maxBytes) {
            return new Chunk(from.at(first), last, group.bytes(), start, length, last == end);
        }
        byte[] joined = Arrays.copyOfRange(group.bytes(), start, start + maxBytes);
        EventBlock following = read(ordinal, new CompositeKey(ordinal, last + 1));
        while (following != null) {
            EventBlock next = following.in(from.epoch());
            long fits = next.lastWithin(next.first(), maxBytes - length);
            if (fits >= next.first()) {
                int added = next.end(fits) - next.start(next.first());
                System.arraycopy(next.bytes(), next.start(next.first()), joined, length, added);
                length += added;
                last = fits;
            }
            following = fits == next.last() ? read(ordinal, new CompositeKey(ordinal, last + 1)) : null;
        }
        return new Chunk(from.at(first), last, joined, 0, length, last == end);
    }

    /** Adds events from that sequence on to the list, until it has that many. */
    void events(long ordinal, EventId from, int limit, List<StoredEvent> found) {
        long sequence = from.sequence();
        EventBlock group = group(ordinal, sequence);
        while (group != null && found.size() < limit) {
            sequence = Math.max(sequence, group.first());
            while (sequence <= group.last() && found.size() < limit) {
                found.add(group.event(sequence++, from.epoch()));
            }
            group = group(ordinal, sequence);
        }
    }

    /**
     * Removes the groups of which all events are older than that, at most so many; the next time more. Answers how many
     * bytes of frames they had.
     */
    long removeBefore(long ordinal, long oldest, int limit) {
        long bytes = 0;
        EventBlock group = group(ordinal, 0);
        for (int i = 0; i < limit && group != null && group.last() < oldest; i++) {
            groups.remove(new CompositeKey(ordinal, group.first()));
            bytes += group.framesLength();
            group = group(ordinal, 0);
        }
        return bytes;
    }

    /** Removes groups of a task that is gone, at most so many. Answers how many. */
    int remove(long ordinal, int limit) {
        int removed = 0;
        CompositeKey key = groups.ceilingKey(new CompositeKey(ordinal, 0));
        while (removed < limit && key != null && key.prefix() == ordinal) {
            groups.remove(key);
            removed++;
            key = groups.higherKey(key);
        }
        return removed;
    }

    /** Removes the groups from that sequence on, left by an attempt to store that failed. */
    void removeFrom(long ordinal, long sequence) {
        CompositeKey key = groups.ceilingKey(new CompositeKey(ordinal, sequence));
        while (key != null && key.prefix() == ordinal) {
            groups.remove(key);
            key = groups.higherKey(key);
        }
    }

    /**
     * The oldest event that stays if the oldest groups go until that many bytes are gone; the newest group stays.
     */
    long oldestAfterRemoving(long ordinal, long bytes) {
        long removed = 0;
        long oldest = 0;
        Cursor<CompositeKey, byte[]> cursor =
                groups.cursor(new CompositeKey(ordinal, 0), new CompositeKey(ordinal, Long.MAX_VALUE), false);
        while (removed < bytes && cursor.hasNext()) {
            EventBlock group = EventBlock.read(cursor.next().suffix(), cursor.getValue());
            removed += group.framesLength();
            oldest = cursor.hasNext() ? group.last() + 1 : group.first();
        }
        return oldest;
    }
}
